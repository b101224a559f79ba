import type { Tensor } from '../graph/tensor.ts';
import type { Attention, Projections } from './attention.ts';
import type { Linear } from './linear.ts';
import type { Mlp } from './mlp.ts';
import type { Norm } from './norm.ts';
import type { ParallelBlock } from './parallel-block.ts';
import type { PerceptronActivation } from './perceptron-activation.ts';
import type { AttentionPooling } from './pooling.ts';
import type { Report } from './problem-line.ts';
import { shapeOf } from './shape-of.ts';
import { type TimmConfig, timmField, timmName } from './timm-config.ts';
import type { TransformerBlock } from './transformer-block.ts';
import type { BlockKind } from './vit-timm-variant.ts';

/** The tensors of a checkpoint by name. */
export type Tensors = ReadonlyMap<string, Tensor>;

/** What all blocks of a Transformer of timm have in common. */
export interface TimmBlockSettings {
  readonly config: TimmConfig;
  readonly tensors: Tensors;
  readonly report: Report;
  readonly width: number;
  readonly heads: number;
  readonly activation: PerceptronActivation;
  readonly norm: (path: string) => Norm;
}

/** Describes the blocks of a Transformer of timm: which parts they have, the tensors of the first one tell. */
export class TimmBlocks {
  readonly #settings: TimmBlockSettings;

  constructor(settings: TimmBlockSettings) {
    this.#settings = settings;
  }

  /** The block under a path. */
  ofKind(kind: BlockKind, path: string): TransformerBlock | ParallelBlock {
    if (kind === 'ParallelScalingBlock') return this.#parallel(path);
    return this.block(path, kind === 'ResPostBlock' ? 'after' : 'before');
  }

  /** A block with attention and perceptron one after the other. */
  block(path: string, norms: 'before' | 'after'): TransformerBlock {
    const { norm } = this.#settings;
    return {
      path,
      norms,
      attentionNorm: norm(`${path}.norm1`),
      attention: this.#attention(`${path}.attn`),
      attentionScale: this.#scale(path, 1),
      mlpNorm: norm(`${path}.norm2`),
      mlp: this.mlp(`${path}.mlp`),
      mlpScale: this.#scale(path, 2),
    };
  }

  /** Whether the first block has a tensor. */
  #has(path: string): boolean {
    return this.#settings.tensors.has(path.replace(/^(\w+)\.\d+\./, '$1.0.'));
  }

  /** The tensor of a LayerScale: `ls1.gamma`, or `gamma_1`. */
  #scale(path: string, number: 1 | 2): string | undefined {
    return [`${path}.ls${number}.gamma`, `${path}.gamma_${number}`].find((name) => this.#has(name));
  }

  #attention(path: string): Attention {
    const { width, heads, config } = this.#settings;
    return {
      path,
      width,
      heads,
      projections: this.#projections(path),
      queryNorm: this.#normIfThere(`${path}.q_norm`),
      keyNorm: this.#normIfThere(`${path}.k_norm`),
      outputNorm: this.#normIfThere(`${path}.norm`),
      output: { path: `${path}.proj`, bias: timmField(config, 'proj_bias') ?? true },
    };
  }

  #normIfThere(path: string): Norm | undefined {
    return this.#has(`${path}.weight`) ? this.#settings.norm(path) : undefined;
  }

  /** Query, key and value: apart where the first block has them apart; keys have no bias where queries have one of their own. */
  #projections(path: string): Projections {
    const bias = timmField(this.#settings.config, 'qkv_bias');
    const linear = (name: string): Linear => ({
      path: `${path}.${name}`,
      bias: this.#has(`${path}.${name}.bias`),
    });
    if (this.#has(`${path}.q_proj.weight`)) {
      return { kind: 'separate', query: linear('q_proj'), key: linear('k_proj'), value: linear('v_proj') };
    }
    const parts = [`${path}.q_bias`, undefined, `${path}.v_bias`];
    const own = this.#has(`${path}.q_bias`) ? parts : (bias ?? this.#has(`${path}.qkv.bias`));
    return { kind: 'fused', qkv: { path: `${path}.qkv`, bias: own } };
  }

  /** A perceptron; one whose first layer is twice as wide as its second reads, or has two, is gated by SiLU. */
  mlp(path: string): Mlp {
    const { tensors, report, activation, config } = this.#settings;
    const bias = timmField(config, 'proj_bias') ?? true;
    const linear = (name: string): Linear => ({ path: `${path}.${name}`, bias });
    const contract = linear('fc2');
    const norm = this.#normIfThere(`${path}.norm`);
    const first = path.replace(/^(\w+)\.\d+\./, '$1.0.');
    const hidden = shapeOf(tensors, `${first}.fc2.weight`, 2, report)[1]!;
    if (this.#has(`${path}.fc1_g.weight`)) {
      const expand = { gate: linear('fc1_g'), value: linear('fc1_x') };
      return { expand, activation: 'silu', hidden, norm, contract };
    }
    const inside = shapeOf(tensors, `${first}.fc1.weight`, 2, report)[0]!;
    if (inside !== 2 * hidden) return { expand: linear('fc1'), activation, hidden, norm, contract };
    checkGate(config, report);
    return { expand: { gateAndValue: linear('fc1') }, activation: 'silu', hidden, norm, contract };
  }

  #parallel(path: string): ParallelBlock {
    const { tensors, report, width, heads, activation, norm } = this.#settings;
    const hidden = shapeOf(tensors, `${path}.mlp_out_proj.weight`, 2, report)[1]!;
    return {
      path,
      norm: norm(`${path}.in_norm`),
      inputProjection: { path: `${path}.in_proj`, ...this.#parallelBias(path) },
      hidden,
      activation,
      attention: {
        path,
        width,
        heads,
        projections: { kind: 'fused', qkv: { path: `${path}.in_proj`, bias: true } },
        queryNorm: this.#normIfThere(`${path}.q_norm`),
        keyNorm: this.#normIfThere(`${path}.k_norm`),
        output: { path: `${path}.attn_out_proj`, bias: true },
      },
      contract: { path: `${path}.mlp_out_proj`, bias: true },
      scale: [`${path}.ls.gamma`].find((name) => this.#has(name)),
    };
  }

  #parallelBias(path: string): Pick<Linear, 'bias' | 'zerosBehind'> {
    if (!this.#has(`${path}.mlp_bias`)) return { bias: true };
    return { bias: [`${path}.mlp_bias`], zerosBehind: 3 * this.#settings.width };
  }

  /** Attention pooling under `attn_pool`. */
  attentionPooling(): AttentionPooling {
    const { width, heads, norm } = this.#settings;
    const path = 'attn_pool';
    const linear = (name: string): Linear => ({ path: `${path}.${name}`, bias: true });
    return {
      query: `${path}.latent`,
      queryProjection: linear('q'),
      keyAndValue: linear('kv'),
      attention: {
        path,
        width,
        heads,
        projections: { kind: 'fused', qkv: linear('kv') },
        queryNorm: this.#normIfThere(`${path}.q_norm`),
        keyNorm: this.#normIfThere(`${path}.k_norm`),
        output: linear('proj'),
      },
      norm: norm(`${path}.norm`),
      mlp: this.mlp(`${path}.mlp`),
    };
  }
}

/** Which half of a gated perceptron is the gate, and by which function, only names tell. */
function checkGate(config: TimmConfig, report: Report): void {
  const stated = timmField(config, 'mlp_layer');
  if (stated === undefined ? /dinov2|^eva02|dinov3/.test(timmName(config)) : /^swiglupacked$/i.test(stated))
    return;
  report({
    where: "'model_args.mlp_layer'",
    expected: "'SwiGLUPacked', as the perceptrons of the checkpoint are gated",
    got: stated === undefined ? 'none' : `'${stated}'`,
    remedy: 'Export the network as ONNX',
  });
}
