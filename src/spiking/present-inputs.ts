import { sharedInputs } from '../graph/batch-axis.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { domain, stepsName } from './domain.ts';
import { inputsOverTime, meanOverTime, type Presentation } from './inputs-over-time.ts';
import { currents, openTimeAxis, presentingFunction, runningMeans } from './time-axis.ts';

/**
 * Presents the inputs of a source network at T time-steps as one batch [T·N, …]. The value that holds T is called as {@link stepsName} says.
 * Inputs that all samples share, such as a scalar, are the same at every step as they are.
 *
 * @param hidden number of hidden steps before step 1
 */
export function presentInputs(model: Model, hidden: number): void {
  const { graph } = model;
  const shared = sharedInputs(graph.inputs);
  const overTime = inputsOverTime(model);
  for (const [name, presentation] of overTime) presentOverTime(model, name, presentation, hidden);
  for (const { name } of graph.inputs) {
    if (shared.has(name) || overTime.has(name)) continue;
    const repeated = graph.freshName(`${name}.overTime`);
    graph.redirectConsumers(name, repeated);
    graph.prepend(
      node(openTimeAxis, [name, stepsName], [repeated], {}, { domain, name: `${name}.${openTimeAxis}` }),
    );
  }
}

/** Lets a spiking model see inputs over time as they are given, whose running means somebody else has taken already. */
export function presentAsGiven({ graph, functions, opset }: Model): void {
  const taking = graph.nodes.filter((each) => each.domain === domain && each.opType === runningMeans);
  for (const each of taking) {
    graph.replaceNode(each, node(currents, each.inputs, each.outputs, {}, { domain, name: each.name }));
  }
  const known = functions.some((each) => each.domain === domain && each.name === currents);
  if (taking.length > 0 && !known) functions.push(presentingFunction(currents, opset, 0));
}

/** An operator that presents an input step by step takes the place of the mean over time. */
function presentOverTime(model: Model, input: string, presentation: Presentation, hidden: number): void {
  const { graph, functions, opset } = model;
  const mean = meanOverTime(graph, input);
  const opType = presentation === 'current' ? currents : runningMeans;
  graph.replaceNode(mean, node(opType, [input], mean.outputs, {}, { domain, name: `${input}.${opType}` }));
  const known = functions.some((each) => each.domain === domain && each.name === opType);
  if (!known) functions.push(presentingFunction(opType, opset, hidden));
}
