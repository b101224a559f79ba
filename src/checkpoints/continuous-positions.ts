import { Tensor } from '../graph/tensor.ts';
import { addLinear } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addPairBias, windowIndex, windowRows } from './relative-positions.ts';

/**
 * What attention adds to its scores for relative positions in a window, from a small perceptron that reads the logarithms of
 * distances: 16 · sigmoid(perceptron).
 *
 * Liu et al.: Swin Transformer V2: Scaling Up Capacity and Resolution, CVPR 2022, arXiv:2111.09883.
 */
export interface ContinuousPositions {
  /** `PATH.0` (with bias) and `PATH.2` are its layers. */
  readonly path: string;
  readonly window: readonly [number, number];
  /** The window that distances are relative to: that of the training before, if there was one. */
  readonly trained: readonly [number, number];
}

/** Appends the bias of continuous relative positions, float32 [heads, tokens, tokens]. */
export function addContinuousPositions(
  net: NetworkBuilder,
  positions: ContinuousPositions,
  heads: number,
): string {
  const { path, window } = positions;
  const [hidden] = net.shapeOf(`${path}.0.weight`, 2) as [number, number];
  const coordinates = net.constant(`${path}.coordinates`, logDistances(positions));
  const inside = addLinear(net, { path: `${path}.0`, bias: true }, [2, hidden], coordinates);
  const active = net.op('Relu', [inside], {}, { name: `${path}.1` });
  const table = addLinear(net, { path: `${path}.2`, bias: false }, [hidden, heads], active);
  const bias = addPairBias(net, path, table, window[0] * window[1], windowIndex(window));
  const share = net.op('Sigmoid', [bias], {}, { name: `${path}.sigmoid` });
  return net.op('Mul', [share, net.scalar(`${path}.most`, 16)], {}, { name: `${path}.bias` });
}

/** For each distance down and across: sign · log2(1 + 8 · |distance| / largest) / 3, [rows, 2]. */
function logDistances({ window, trained }: ContinuousPositions): Tensor {
  const rows = windowRows(window);
  const across = 2 * window[1] - 1;
  const scaled = (distance: number, axis: 0 | 1) => {
    const part = (8 * distance) / (trained[axis] - 1);
    return (Math.sign(part) * Math.log2(Math.abs(part) + 1)) / 3;
  };
  const values = Array.from({ length: rows }, (_, row) => [
    scaled(Math.floor(row / across) - window[0] + 1, 0),
    scaled((row % across) - window[1] + 1, 1),
  ]);
  return Tensor.float32([rows, 2], values.flat());
}
