import { decomposeFused } from './decompose-fused.ts';
import { dequantiseActivations } from './dequantise-activations.ts';
import { dequantiseProducts } from './dequantise-products.ts';
import { dequantiseWeights } from './dequantise-weights.ts';
import { foldConditions } from './fold-conditions.ts';
import { inlineFunctions } from './inline-functions.ts';
import { openQuantised } from './open-quantised.ts';
import { unpackOutputs } from './unpack-outputs.ts';
import { unrollLoops } from './unroll-loops.ts';
import { unrollSequences } from './unroll-sequences.ts';
import { widenHalves } from './widen-halves.ts';

/**
 * What makes standard operators on float32 of a network as exporters write it: with them all that comes later is concerned.
 * They compute what the file says, but for the steps of quantised activations, and leave a network alone that is in this form.
 */
export const standardForm = [
  inlineFunctions,
  widenHalves,
  unrollLoops,
  foldConditions,
  unrollSequences,
  unpackOutputs,
  openQuantised,
  dequantiseProducts,
  dequantiseWeights,
  dequantiseActivations,
  decomposeFused,
] as const;
