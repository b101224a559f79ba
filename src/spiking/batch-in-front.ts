import type { BatchLayout } from '../analysis/placement.ts';
import { sharedInputs } from '../graph/batch-axis.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { intsAttribute } from '../graph/node.ts';

/**
 * Brings the batch of a value to the front, so that with T steps as one batch the steps come one after the other, which neurons rely
 * on: [a, N·b, c] becomes [N, a, b, c].
 *
 * @returns the value [N, …]
 */
export function batchInFront(graph: Graph, value: string, layout: BatchLayout, site: string): string {
  const build = GraphBuilder.behind(graph, value, `${site}.`);
  const parted = layout.shape
    ? build.op('Reshape', [value, partedShape(graph, build, layout)], {}, { name: 'parted' })
    : value;
  return build.op('Transpose', [parted], { perm: orderOf(layout) }, { name: 'rows' });
}

/** Brings the batch back to where it was. @param value [N, …] as {@link batchInFront} makes it */
export function batchBack(graph: Graph, value: string, layout: BatchLayout, site: string): string {
  const build = GraphBuilder.behind(graph, value, `${site}.`);
  const order = orderOf(layout);
  const back = build.op(
    'Transpose',
    [value],
    { perm: order.map((_, axis) => order.indexOf(axis)) },
    { name: backName },
  );
  if (!layout.shape) return back;
  const whole = layout.shape.with(layout.axis, -1).map((length, axis) => (axis < layout.axis ? 0 : length));
  return build.op('Reshape', [back, build.integers('whole', whole)], {}, { name: wholeName });
}

const backName = 'back';
const wholeName = 'whole.again';

/** The values that hold what the neurons of a site make with the batch where it was; empty where it is in front anyway. */
export function valuesBehindBack(graph: Graph, site: string): string[] {
  return [backName, wholeName].map((name) => `${site}.${name}`).filter((name) => graph.has(name));
}

/** Where the batch lies in what the neurons of a site make, behind its return. */
export interface BatchPlace {
  /** The value with the batch where the network has it. */
  readonly value: string;
  /** The axis that holds it, and the number of axes. */
  readonly axis: number;
  readonly rank: number;
  /** A value that has an axis for what lies behind the batch within its axis, and which one; absent where nothing does. */
  readonly inner?: { readonly value: string; readonly axis: number };
}

/** Where a site has its batch; `undefined` where it is in front anyway. */
export function batchPlaceOf(graph: Graph, site: string): BatchPlace | undefined {
  const back = graph.producerOf(`${site}.${backName}`);
  const perm = back && intsAttribute(back, 'perm', []);
  if (!perm) return undefined;
  const [parted = ''] = back.outputs;
  const batch = perm.indexOf(0);
  const whole = graph.producerOf(`${site}.${wholeName}`);
  if (!whole) return { value: parted, axis: batch, rank: perm.length };
  const [value = ''] = whole.outputs;
  const lengths = graph.initializers.get(whole.inputs[1] ?? '')?.shape[0] ?? perm.length - 1;
  const axis = batch - 1;
  const inner = perm.length === lengths + 2 ? { inner: { value: parted, axis: batch + 1 } } : {};
  return { value, axis, rank: lengths, ...inner };
}

/** Axes of the parted value, the batch first. */
function orderOf({ axis, inner, rank, shape }: BatchLayout): number[] {
  const axes = shape ? rank + (inner > 1 ? 2 : 1) : rank;
  const batch = shape ? axis + 1 : axis;
  return [batch, ...Array.from({ length: axes }, (_, i) => i).filter((i) => i !== batch)];
}

/** [a, N·b, c] as lengths [a, outer, N, b, c]; one of both, outer and N, is what is left over. */
function partedShape(
  graph: Graph,
  build: GraphBuilder,
  { axis, inner, shape = [], open }: BatchLayout,
): string {
  const before = shape.slice(0, axis).map(() => 0);
  const behind = [...(inner > 1 ? [inner] : []), ...shape.slice(axis + 1)];
  if (!open) return build.integers('parts', [...before, shape[axis]! / inner, -1, ...behind]);
  const shared = sharedInputs(graph.inputs);
  const input = graph.inputs.find(({ name }) => !shared.has(name))!;
  const lengths = build.op('Shape', [input.name]);
  const batch = build.op('Gather', [lengths, build.integers('first', [0])], { axis: 0 });
  const parts = [
    build.integers('outer', [...before, -1]),
    batch,
    ...(behind.length > 0 ? [build.integers('behind', behind)] : []),
  ];
  return build.op('Concat', parts, { axis: 0 });
}
