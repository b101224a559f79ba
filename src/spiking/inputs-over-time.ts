import { z } from 'zod';
import { GraphError, listProblems } from '../errors.ts';
import { batchAxis, sharedInputs } from '../graph/batch-axis.ts';
import { type DataType, onnxDataType } from '../graph/data-type.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { type Node, node } from '../graph/node.ts';
import { printShape } from '../graph/print-graph.ts';
import { Tensor } from '../graph/tensor.ts';
import { stepsName } from './domain.ts';

/**
 * What a network sees at step t of an input x(1), x(2), … that changes from step to step. `running-mean`: x̄(t) = (x(1) + … + x(t))/t,
 * from which leaky neurons find the current x(t) by themselves. `current`: x(t) alone, for networks all of whose neurons read and send
 * every step by itself (coding `instant`); what they answer at a step is then about that step.
 */
export type Presentation = 'running-mean' | 'current';

/** Key of the declaration among a model's `metadata_props`. */
const metadataKey = 'transpike.overTime';

const schema = z.record(z.string(), z.enum(['running-mean', 'current']));

/** The inputs of a model that have a time axis, and what the network sees of them. */
export function inputsOverTime({ metadata, graph }: Model): ReadonlyMap<string, Presentation> {
  const text = metadata.get(metadataKey);
  if (text === undefined) return new Map();
  const declared = Object.entries(schema.parse(JSON.parse(text)));
  return new Map(declared.filter(([name]) => graph.isInput(name)));
}

/**
 * Gives inputs of a network a time axis: [N, …] becomes [N, T, …], one after another in time for each sample. The network itself answers
 * to the mean over time; a spiking network made of it sees at step t what is declared.
 *
 * @param inputs presentation by input name; float inputs with the batch in front
 * @throws GraphError that lists all inputs that cannot have a time axis
 */
export const giveTimeAxis = definePass({
  name: 'give-time-axis',
  summary: 'Inputs get a time axis behind the batch, and the network answers to their mean over it.',
  rewrites: 'copy',
  apply(source: Model, inputs: Readonly<Record<string, Presentation>>): Model {
    const model = source.clone();
    const known = inputsOverTime(model);
    const wanted = Object.entries(inputs).filter(([name]) => !known.has(name));
    const problems = wanted.flatMap(([name]) => problemOf(model.graph, name) ?? []);
    if (problems.length > 0) {
      throw new GraphError(
        listProblems(`graph '${model.graph.name}': inputs cannot have a time axis:`, problems),
      );
    }
    for (const [name] of wanted) putMeanBehind(model, name);
    model.metadata.set(metadataKey, JSON.stringify({ ...Object.fromEntries(known), ...inputs }));
    return model;
  },
});

function problemOf(graph: Graph, name: string): string | undefined {
  const info = graph.inputs.find((each) => each.name === name);
  const names = graph.inputs.map((each) => `'${each.name}'`).join(', ');
  if (!info) return `input '${name}': expected one of ${names}, got no input of that name. Check the name.`;
  const { dataType = 'float32', shape } = info;
  if (!dataType.includes('float')) {
    return `input '${name}': expected floats, of which there are means, got ${dataType}. Leave it constant over time.`;
  }
  const batched = shape && shape.length > 0 && !sharedInputs(graph.inputs).has(name);
  if (batched && batchAxis(shape) === 0) return undefined;
  return `input '${name}': expected the batch as its leading axis, got ${shape ? printShape(shape) : 'an unknown shape'}. Export the model with the batch in front.`;
}

/** The name of the operator that takes the mean of an input over time. */
function meanNameOf(input: string): string {
  return `${input}.meanOverTime`;
}

/** Before opset 18 ReduceMean took the axes as an attribute. */
function meanNode({ graph, opset }: Model, input: string, output: string): Node {
  const options = { name: meanNameOf(input) };
  if (opset < 18) return node('ReduceMean', [input], [output], { axes: [1], keepdims: 0 }, options);
  const axes = graph.addInitializer(`${input}.timeAxis`, Tensor.int64([1], [1]));
  return node('ReduceMean', [input, axes], [output], { keepdims: 0 }, options);
}

function putMeanBehind(model: Model, input: string): void {
  const { graph } = model;
  const mean = meanNode(model, input, graph.freshName(meanNameOf(input)));
  const [name = input] = mean.outputs;
  const declared = graph.inputs.find((each) => each.name === input)?.dataType ?? 'float32';
  const made = declared === 'float32' ? [mean] : [mean, castNode(name, declared)];
  graph.redirectConsumers(input, made.at(-1)?.outputs[0] ?? name);
  graph.prepend(...made);
  graph.setInputs(
    graph.inputs.map((info) =>
      info.name === input
        ? { ...info, dataType: 'float32', shape: info.shape?.toSpliced(1, 0, stepsName) }
        : info,
    ),
  );
}

/** Means are float32, as everything between neurons is; the network takes them in its own type. */
function castNode(mean: string, dataType: DataType): Node {
  return node('Cast', [mean], [`${mean}.cast`], { to: onnxDataType(dataType) }, { name: `${mean}.cast` });
}

/** The operator of a source network that takes the mean of an input over time. @throws GraphError if a rewrite took it away */
export function meanOverTime(graph: Graph, input: string): Node {
  const [reader, ...others] = graph.consumersOf(input);
  if (reader?.name === meanNameOf(input) && others.length === 0) return reader;
  throw new GraphError({
    where: `input '${input}'`,
    expected: 'the mean over its time axis as its only reader',
    got: [reader, ...others].map((each) => (each ? `'${each.name}'` : 'none')).join(', '),
    remedy: 'Export the network with a free batch in front, and give it the time axis again',
  });
}

/** Puts the mean over time in the place of an operator that presents an input step by step. */
export function restoreMean(model: Model, presenting: Node): void {
  const [input = '', output = ''] = [presenting.inputs[0], presenting.outputs[0]];
  model.graph.replaceNode(presenting, meanNode(model, input, output));
}
