import type { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { runningMeans } from '../../spiking/time-axis.ts';
import { StepSplitter } from './step-splitter.ts';

/** What the network sees of an input [N, T, …] at every step, hidden steps first: names of values [N, …]. */
export function presentedSteps(
  build: GraphBuilder,
  { opType, inputs: [input = ''] }: Node,
  steps: number,
  hidden: number,
  model: Model,
): string[] {
  const splitter = new StepSplitter(model, steps);
  const own = splitter.split(build, input, 1).map((step) => splitter.withoutAxis(build, step, 1));
  if (opType !== runningMeans && hidden === 0) return own;
  const means = meansOf(build, own);
  const shown = opType === runningMeans ? means : own;
  return [...new Array<string>(hidden).fill(means.at(-1) ?? input), ...shown];
}

function meansOf(build: GraphBuilder, steps: readonly string[]): string[] {
  let sum: string | undefined;
  return steps.map((step, i) => {
    sum = sum === undefined ? step : build.op('Add', [sum, step], {}, { name: 'sum' });
    return build.op('Div', [sum, build.scalar('t', i + 1)], {}, { name: 'mean' });
  });
}
