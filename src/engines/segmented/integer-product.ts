import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import type { RunIntegerConvolution, RunIntegerProduct } from './action.ts';
import type { Arrangement } from './arrangement.ts';
import { type QuantisedWeights, toIntegerWeights } from './integer-weights.ts';
import { unfoldWeight, type Window } from './window.ts';

/** Domain of operators that the engine runs itself, besides neurons. */
export const engineDomain = 'transpike.engine';

/** A linear operator that runs on 8-bit synapses: y = x·W + b with x in units of a threshold. */
export interface IntegerProduct {
  /** Value with the signed levels as bytes around 128, [..., inputs]. */
  readonly input: string;
  /** Value the operator makes, [..., outputs]. */
  readonly output: string;
  /** Real value of level 1. */
  readonly threshold: number;
  /** [inputs, outputs], or the other way round if `transposed`. */
  readonly weight: Tensor;
  readonly transposed: boolean;
  /** [outputs]; absent for none. */
  readonly bias?: Tensor;
  /** Outputs that are wanted. Default: all. */
  readonly channels?: Channels;
  /** In which order the outputs are wanted. Default: as they come, [..., outputs]. */
  readonly arrangement?: Arrangement;
  /**
   * What makes it a convolution: input and output are then [batch, channels, height, width], the weight is [outputs,
   * channels, window height, window width], and all outputs are wanted.
   */
  readonly window?: Window;
}

/** Some outputs of a linear operator, those before `to` from `from` on. */
export interface Channels {
  readonly from: number;
  readonly to: number;
}

/** The operators on 8-bit synapses by the name of the node that stands for them. */
export type IntegerProducts = ReadonlyMap<string, IntegerProduct>;

/** Number of outputs. */
export function channelsOf({ weight, transposed, channels }: IntegerProduct): number {
  return channels ? channels.to - channels.from : weight.shape[transposed ? 0 : 1]!;
}

/** Loads an operator on 8-bit synapses. */
export async function makeIntegerProduct(
  product: IntegerProduct,
  threads: number,
): Promise<RunIntegerProduct | RunIntegerConvolution> {
  const { input, output, threshold, weight, transposed, bias, channels, arrangement, window } = product;
  const quantised = window
    ? toIntegerWeights(unfoldWeight(weight), false)
    : toIntegerWeights(weight, transposed, channels);
  const session = await OrtSession.create(productModel(quantised), {
    threads,
    keepScratch: false,
    ownOutputs: true,
  });
  const action = {
    session,
    input,
    output,
    scales: quantised.scales.map((scale) => scale * threshold),
    biases:
      bias?.toFloat32().slice(channels?.from, channels?.to) ?? new Float32Array(quantised.scales.length),
    reads: [input],
    writes: [output],
  };
  if (window) return { kind: 'integer-convolution', ...action, window };
  return { kind: 'integer-product', ...action, arrangement };
}

/** uint8 × int8 is the one pair of types that is fast; int8 × int8 is slower than float32. */
function productModel({ weights, inputs, scales }: QuantisedWeights): Model {
  const graph = new Graph('8-bit synapses');
  const build = new GraphBuilder(graph);
  const bytes = (values: Int8Array | Uint8Array) => ({
    kind: 'memory' as const,
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });
  const zero = build.constant('zero', new Tensor('uint8', [], bytes(Uint8Array.of(128))));
  const weight = build.constant('weight', new Tensor('int8', [inputs, scales.length], bytes(weights)));
  graph.addInput({ name: 'levels', dataType: 'uint8', shape: undefined });
  const product = build.op('MatMulInteger', ['levels', weight, zero], {}, { name: 'product' });
  graph.addOutput({ name: product, dataType: 'int32', shape: undefined });
  return new Model(graph, 17);
}
