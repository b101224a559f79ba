import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { quantiseWeights, weightBitRange } from '../../quantisers/weight-quantiser.ts';
import { withFewBitWeights } from '../../spiking/few-bit-weights.ts';
import { tandemLayers } from './tandem-layers.ts';

/** Bits of the weights of a layer: what is asked for, and 8 for the head, behind which nothing is trained. */
export function bitsOfLayer<Bits extends number | undefined>(isHead: boolean, bits: Bits): Bits | 8 {
  return isHead && bits !== undefined ? weightBitRange.most : bits;
}

/** A copy of a spiking model that says of its weights, which are rounded already, in how many bits they are. */
export function inFewBits(spiking: Model, bits: number): Model {
  const layers = tandemLayers(spiking);
  const choice = layers.flatMap(({ weights }, i) =>
    weights.map(({ name, operator, input, axis, transposed }) => {
      const own = bitsOfLayer(i === layers.length - 1, bits);
      const weight = lookUp(spiking.graph.initializers, name, 'weight');
      const { codes, scales } = quantiseWeights(weight, axis, own);
      const read = transposed ? { codes: transpose(codes), scales: transpose(scales) } : { codes, scales };
      return [operator.name, [{ input, bits: own, ...read }]] as const;
    }),
  );
  return withFewBitWeights(spiking, new Map(choice));
}

/** A matrix with its axes exchanged. */
function transpose(matrix: Tensor): Tensor {
  const [rows = 1, columns = 1] = matrix.shape;
  const numbers = matrix.toNumbers();
  const exchanged = Array.from(
    { length: rows * columns },
    (_, i) => numbers[(i % rows) * columns + Math.floor(i / rows)] ?? 0,
  );
  return Tensor.of(matrix.dataType, [columns, rows], Float32Array.from(exchanged));
}
