import { inferredShape } from '../../analysis/inferred-shape.ts';
import { floatAttribute, intAttribute, type Node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { unsqueeze } from '../unsqueeze.ts';
import { type Decomposition, optionalInput, type Surroundings } from './define-decomposition.ts';
import { mergeHeads, splitHeads } from './heads.ts';
import { tokenPositions } from './masks.ts';
import { rotate } from './rotate.ts';

/** RotaryEmbedding of opset 23: the caches hold a row for each position, or, without positions, for each token. */
export const rotaryEmbedding: Decomposition = (of, around) => {
  const [input, cosines, sines] = of.inputs as [string, string, string];
  const positions = optionalInput(of, 3);
  const rows = (cache: string) =>
    positions ? around.build.op('Gather', [cache, positions], { axis: 0 }) : cache;
  return rotated(of, around, input, { cosines, sines, rows });
};

/** RotaryEmbedding of ONNX Runtime: positions are one for each token, or that of the first one alone. */
export const contribRotaryEmbedding: Decomposition = (of, around) => {
  if (intAttribute(of, 'is_packed_batching', 0) === 1 || floatAttribute(of, 'scale', 1) !== 1)
    return undefined;
  const [input, positions, cosines, sines] = of.inputs as [string, string, string, string];
  const { build } = around;
  const rank = inferredShape(build.graph, positions)?.length;
  if (rank === undefined) return undefined;
  const rows = (cache: string, heads: string) => {
    if (rank === 2) return build.op('Gather', [cache, positions], { axis: 0 });
    const own = build.op('Add', [tokenPositions(build, heads), positions]);
    return build.op('Gather', [cache, unsqueeze(build, around.opset, own, 0)], { axis: 0 });
  };
  return rotated(of, around, input, { cosines, sines, rows });
};

interface Caches {
  readonly cosines: string;
  readonly sines: string;
  /** [batch or 1, tokens, size/2] for tokens [batch, heads, tokens, size]. */
  readonly rows: (cache: string, heads: string) => string;
}

function rotated(of: Node, around: Surroundings, input: string, caches: Caches): string[] | undefined {
  const { build, opset } = around;
  const half = inferredShape(build.graph, caches.cosines)?.at(-1);
  const rank = inferredShape(build.graph, input)?.length;
  if (typeof half !== 'number' || (rank !== 3 && rank !== 4)) return undefined;
  const size = 2 * half;
  const partial = intAttribute(of, 'rotary_embedding_dim', 0) > 0;
  const heads = intAttribute(of, 'num_heads', 0);
  if (rank === 3 && heads === 0 && partial) return undefined;
  const apart = rank === 4 ? input : headsOf(around, input, heads, size);
  const turn = (cache: string) => unsqueeze(build, opset, caches.rows(cache, apart), 1);
  const turns = {
    cosines: turn(caches.cosines),
    sines: turn(caches.sines),
    size,
    interleaved: intAttribute(of, 'interleaved', 0) === 1,
  };
  const result = rotate(around, apart, turns, partial);
  return [rank === 4 ? result : mergeHeads(build, result)];
}

/** [batch, tokens, heads·size] → [batch, heads, tokens, size]; without their number, heads are as long as what is turned. */
function headsOf({ build }: Surroundings, input: string, heads: number, size: number): string {
  if (heads > 0) return splitHeads(build, input, heads);
  const shape = build.constant('heads', Tensor.int64([4], [0, 0, -1, size]));
  return build.op('Transpose', [build.op('Reshape', [input, shape])], { perm: [0, 2, 1, 3] });
}
