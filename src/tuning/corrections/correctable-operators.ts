import type { SpikeSite } from '../../analysis/spike-sites.ts';
import { intAttribute, type Node } from '../../graph/node.ts';
import { lookUp } from '../../look-up.ts';
import type { MeasuredSource } from '../../sessions/measure-source.ts';

/** A synaptic operator with a constant weight: a mean error of its input is a constant in each channel of its output. */
export interface CorrectableOperator {
  /** Name of the operator. */
  readonly name: string;
  /** Its output in the source network. */
  readonly value: string;
  /** Shape of the output for one image, the batch in front. */
  readonly shape: readonly number[];
  /** Axis of the output's channels. */
  readonly axis: number;
}

/** The operators that spikes feed and whose output channels have one axis: MatMul, Gemm and Conv with a constant weight. */
export function correctableOperators(
  { model, shapes, constant }: MeasuredSource,
  sites: readonly SpikeSite[],
): CorrectableOperator[] {
  const linear = new Set(
    sites.flatMap(({ feeds }) => feeds.filter(({ kind }) => kind === 'linear').map(({ node }) => node.name)),
  );
  const nodes = model.graph.nodes.filter(({ name }) => linear.has(name));
  return nodes.flatMap((each) => {
    const value = each.outputs[0]!;
    const shape = lookUp(shapes, value, 'shape of value');
    const axis = channelAxis(each, shape.length, constant);
    const readOnlyInside = !model.graph.isOutput(value);
    return axis === undefined || !readOnlyInside ? [] : [{ name: each.name, value, shape, axis }];
  });
}

/** Axis of the output along which the weight tells channels apart; the batch, axis 0, is none. */
function channelAxis(of: Node, rank: number, constant: ReadonlySet<string>): number | undefined {
  const weightFirst = constant.has(of.inputs[0]!);
  switch (of.opType) {
    case 'MatMul':
      return weightFirst ? (rank > 2 ? rank - 2 : undefined) : rank - 1;
    case 'Gemm':
      return weightFirst || intAttribute(of, 'transA', 0) === 1 ? undefined : rank - 1;
    case 'Conv':
      return weightFirst ? undefined : 1;
    default:
      return undefined;
  }
}
