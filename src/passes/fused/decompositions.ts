import { attention } from './attention.ts';
import { multiHeadAttention, packedAttention } from './contrib-attention.ts';
import type { Decomposition } from './define-decomposition.ts';
import { biasGelu, fastGelu, gelu, gemmFastGelu, quickGelu } from './gelus.ts';
import { groupQueryAttention } from './group-query-attention.ts';
import { fusedConv, fusedGemm, fusedMatMul } from './linear.ts';
import { contribRotaryEmbedding, rotaryEmbedding } from './rotary.ts';
import { biasAdd, skipLayerNormalization, skipSimplifiedLayerNormalization } from './skip-norms.ts';

/** Fused operators by domain and name: those of newer operator sets, and those of ONNX Runtime. */
export const decompositions: ReadonlyMap<string, Decomposition> = new Map(
  Object.entries({
    '.Attention': attention,
    '.RotaryEmbedding': rotaryEmbedding,
    'com.microsoft.Attention': packedAttention,
    'com.microsoft.BiasAdd': biasAdd,
    'com.microsoft.BiasGelu': biasGelu,
    'com.microsoft.FastGelu': fastGelu,
    'com.microsoft.FusedConv': fusedConv,
    'com.microsoft.FusedGemm': fusedGemm,
    'com.microsoft.FusedMatMul': fusedMatMul,
    'com.microsoft.FusedMatMulActivation': fusedMatMul,
    'com.microsoft.Gelu': gelu,
    'com.microsoft.GemmFastGelu': gemmFastGelu,
    'com.microsoft.GroupQueryAttention': groupQueryAttention,
    'com.microsoft.MultiHeadAttention': multiHeadAttention,
    'com.microsoft.QuickGelu': quickGelu,
    'com.microsoft.RotaryEmbedding': contribRotaryEmbedding,
    'com.microsoft.SkipLayerNormalization': skipLayerNormalization,
    'com.microsoft.SkipSimplifiedLayerNormalization': skipSimplifiedLayerNormalization,
    'com.microsoft.TransposeMatMul': fusedMatMul,
  }),
);
