import { times } from '../../differentiation/gradient-operators.ts';
import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { detached } from '../../training/spiking/gradient-tools.ts';
import type { RunningStatistic } from '../../training/step/batch-statistics.ts';

/**
 * Appends running ← (1 − m)·running + m·batch, with the variance of n elements times n/(n − 1), to be unbiased.
 *
 * @returns names of the new statistics by the name of the old ones
 */
export function updatedStatistics(
  graph: Graph,
  running: readonly RunningStatistic[],
  momentum: number,
): ReadonlyMap<string, string> {
  return new Map(
    running.map(({ name, batch, kind, input }) => {
      const build = new GraphBuilder(graph, `updated.${name}.`);
      const now = detached(build, batch);
      const fresh = kind === 'mean' ? now : build.op('Mul', [now, unbiasing(build, input, batch)]);
      const share = times(build, fresh, momentum);
      return [name, build.op('Add', [times(build, name, 1 - momentum), share])];
    }),
  );
}

/** n/(n − 1) with n elements for each channel. */
function unbiasing(build: GraphBuilder, input: string, batch: string): string {
  const size = (value: string) => build.op('CastLike', [build.op('Size', [value]), batch]);
  const count = build.op('Div', [size(input), size(batch)]);
  return build.op('Div', [count, build.op('Sub', [count, build.scalar('one', 1)])]);
}
