import { valuesWithoutImage } from '../../analysis/values-without-image.ts';
import { definePass } from '../../graph/define-pass.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { type Node, node } from '../../graph/node.ts';
import { cloneNode, valuesReadBy } from '../../graph/operation.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { nearlyEqual, rowShape, stackRows } from './row-form.ts';
import { type RowVariant, rowVariants, type SingleShapes } from './row-variants.ts';
import { runConstants } from './run-constants.ts';
import { trialModel } from './trial-model.ts';
import { runTrials, type Trials } from './trials.ts';

/** Images that the variants of a node are tried with. */
const trialImages = 2;

/** Batch axes of inputs and outputs by name; inputs that all images share have none. */
export type BatchAxes = ReadonlyMap<string, number>;

/**
 * Makes a network that takes one image take any number of them, along a new leading axis: operator by operator, each in
 * the cheapest way that gives for several images what the network gives for each alone, which is found by running it.
 *
 * @param one a network for one image: its inputs have known lengths, 1 on the batch axis. It is not changed
 * @param axes batch axis of every input and output that has one
 * @returns inputs and outputs [batch, …] without their old batch axis
 * @throws RuntimeError if the network does not run on one image
 */
export const liftToRows = definePass({
  name: 'lift-to-rows',
  summary: 'A network for one image takes any number of them along a new leading axis.',
  rewrites: 'copy',
  async apply(one: Model, axes: BatchAxes): Promise<Model> {
    const source = one.clone();
    const opening = renameInputs(source.graph, axes);
    const trials = await runTrials(source, trialImages);
    const lifted = source.withGraph(new Graph(source.graph.name));
    lifted.graph.setInputs(source.graph.inputs.map((info) => ({ ...info })));
    lifted.graph.setOutputs(source.graph.outputs.map((info) => ({ ...info })));
    const shared = one.graph.inputs.map(({ name }) => name).filter((name) => !axes.has(name));
    await appendLifted(lifted, source, trials, shared);
    open(lifted.graph, opening, one.graph, axes);
    close(lifted.graph, trials, axes);
    lifted.graph.removeDeadNodes();
    return lifted;
  },
});

/** Gives inputs whose row form is not the new input itself another name. @returns new names by old ones */
function renameInputs(graph: Graph, axes: BatchAxes): Map<string, string> {
  const renamed = new Map<string, string>();
  graph.setInputs(
    graph.inputs.map((info) => {
      if (!axes.get(info.name)) return info;
      const name = graph.freshName(`${info.name}.rows`);
      graph.redirectConsumers(info.name, name);
      renamed.set(info.name, name);
      return { ...info, name };
    }),
  );
  return renamed;
}

async function appendLifted(
  lifted: Model,
  source: Model,
  trials: Trials,
  shared: readonly string[],
): Promise<void> {
  const { graph } = lifted;
  const build = new GraphBuilder(graph, 'rows.');
  const { constant, frozen } = valuesWithoutImage(source.graph, shared);
  const shapes = new Map(
    [...trials]
      .filter(([name]) => !constant.has(name) && !frozen.has(name))
      .map(([name, [single]]) => [name, single!.shape] as const),
  );
  for (const [name, tensor] of source.graph.initializers) graph.setInitializer(name, tensor);
  const same = new Map(shared.map((name) => [name, trials.get(name)![0]!] as const));
  for (const each of source.graph.nodes) {
    const outputs = each.outputs.filter((name) => name);
    if (outputs.every((name) => constant.has(name))) graph.append(cloneNode(each));
    else if (outputs.every((name) => frozen.has(name))) {
      for (const name of outputs) graph.setInitializer(name, trials.get(name)![0]!);
    } else (await firstThatFits(lifted, each, shapes, trials, same))(build);
  }
}

/** Tries the variants on the images of the trials; the last one is right by construction. @param same what all images share */
async function firstThatFits(
  lifted: Model,
  of: Node,
  shapes: SingleShapes,
  trials: Trials,
  same: ReadonlyMap<string, Tensor>,
): Promise<RowVariant> {
  const variants = rowVariants(of, shapes);
  const outputs = of.outputs.filter((name) => name);
  const read = [...valuesReadBy(of)].filter((name) => shapes.has(name));
  const inputs = new Map([...same, ...read.map((name) => [name, stackRows(trials.get(name)!)] as const)]);
  for (const variant of variants.slice(0, -1)) {
    // The operators before are replaced by what they gave.
    const trial = trialModel(lifted, of, variant, inputs);
    const got = await runConstants(trial, inputs).catch(() => undefined);
    if (got && outputs.every((name) => nearlyEqual(got.get(name), stackRows(trials.get(name)!))))
      return variant;
  }
  return variants.at(-1)!;
}

/** Puts the new inputs, with a leading batch, before the row forms. */
function open(graph: Graph, renamed: ReadonlyMap<string, string>, one: Graph, axes: BatchAxes): void {
  graph.setInputs(
    one.inputs.map((info) => {
      const axis = axes.get(info.name);
      return axis === undefined ? info : { ...info, shape: ['batch', ...info.shape!.toSpliced(axis, 1)] };
    }),
  );
  for (const { name, shape } of one.inputs) {
    const rows = renamed.get(name);
    if (rows === undefined) continue;
    const lengths = new GraphBuilder(graph, 'rows.').integers('lengths', [0, ...rowShape(shape as number[])]);
    graph.prepend(node('Reshape', [name, lengths], [rows]));
  }
}

/** Takes the old batch axis out of the outputs. */
function close(graph: Graph, trials: Trials, axes: BatchAxes): void {
  const lengths = new GraphBuilder(graph, 'rows.');
  const closing: Node[] = [];
  graph.setOutputs(
    graph.outputs.map((info) => {
      const { name } = info;
      const { shape } = trials.get(name)![0]!;
      const axis = axes.get(name);
      const image = axis === undefined ? rowShape(shape) : shape.toSpliced(axis, 1);
      if (image.join() !== rowShape(shape).join()) {
        const rows = graph.freshName(`${name}.rows`);
        rename(graph, name, rows);
        closing.push(node('Reshape', [rows, lengths.integers('image', [0, ...image])], [name]));
      }
      return { ...info, shape: ['batch', ...image] };
    }),
  );
  for (const each of closing) graph.append({ ...each, name: graph.freshName(`${each.name}.images`) });
}

/** Gives a value another name. */
function rename(graph: Graph, from: string, to: string): void {
  const producer = graph.producerOf(from)!;
  graph.update(producer, { outputs: producer.outputs.map((each) => (each === from ? to : each)) });
  graph.redirectConsumers(from, to);
}
