import { decidingBy } from '../analysis/logits-of.ts';
import { FormatError, listProblems, UsageError } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { printShape } from '../graph/print-graph.ts';
import { lookUp } from '../look-up.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { domain } from '../spiking/domain.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { closeTimeAxis } from '../spiking/time-axis.ts';
import type { DetectionHead, ImageOutput } from './heads/define-detection-head.ts';
import { detectionHeadNamed, detectionHeads } from './heads/detection-heads.ts';

/** Name of the output that has the decoded boxes. */
const outputName = 'detections';

/** Key of the metadata that says from which overlap on boxes are one object. */
const suppressionKey = 'transpike.detection.suppression';

/** A head by its name, with what it has to be told. */
export type DeclaredHead = { readonly head: string } & Readonly<Record<string, unknown>>;

/**
 * The same network, spiking or not, deciding by one more output, `detections` [N, K, 4 + C]: boxes and scores as a
 * {@link DetectionHead} decodes them from its outputs. A network that has it already is returned as it is.
 *
 * @param declared the head; default: the one that the names and shapes of the outputs tell
 * @returns `undefined` where no head is declared, and none is told
 * @throws UsageError if the network does not have the outputs of a declared head, or there is no such head
 */
export async function withDetections(model: Model, declared?: DeclaredHead): Promise<Model | undefined> {
  if (model.metadata.has(suppressionKey)) return model;
  const names = new Set(model.graph.outputs.map(({ name }) => name));
  const told = (detectionHeads as readonly DetectionHead[]).filter(
    ({ tellingOutputs }) => tellingOutputs.length > 0 && tellingOutputs.every((name) => names.has(name)),
  );
  // Shapes are measured by running the network.
  if (!declared && told.length === 0) return undefined;
  const source = toSourceForm(model);
  const measured = await measureShapes(source, names);
  const outputs = [...names].map((name) => ({ name, shape: lookUp(measured, name, 'output').slice(1) }));
  if (declared) {
    const found = detectionHeadNamed(declared.head) ?? unknownHead(declared.head);
    const options = optionsOf(found, declared);
    const read = found.reads(outputs, options) ?? withoutOutputs(found, outputs);
    return decoded(model, found, options, inOrder(outputs, read));
  }
  for (const head of told) {
    const options = head.options.parse({});
    const read = head.reads(outputs, options);
    if (read) return decoded(model, head, options, inOrder(outputs, read));
  }
  return undefined;
}

/** Overlap above which two boxes of a class are one object; `undefined` where nothing is suppressed. */
export function suppressionOf({ metadata }: Pick<Model, 'metadata'>): number | undefined {
  const text = metadata.get(suppressionKey);
  return text ? Number(text) : undefined;
}

function inOrder(outputs: readonly ImageOutput[], names: readonly string[]): ImageOutput[] {
  return names.map((name) => outputs.find((each) => each.name === name)!);
}

const addDetections = definePass({
  name: 'detections',
  summary: 'One more output has the boxes and scores that are decoded from the others.',
  rewrites: 'copy',
  apply(source: Model, head: DetectionHead, options: unknown, outputs: readonly ImageOutput[]): Model {
    const model = source.clone();
    const { graph } = model;
    const closing = outputs.map(({ name }) => {
      const producer = graph.producerOf(name);
      return producer?.domain === domain && producer.opType === closeTimeAxis ? producer : undefined;
    });
    // Boxes are decoded from running means, before the steps get an axis of their own.
    const values = outputs.map(({ name }, i) => closing[i]?.inputs[0] ?? name);
    const build = new GraphBuilder(graph, `${outputName}.`);
    const pictureSize = () => pictureSizeOf(model);
    const boxes = head.decode(build, values, { options, outputs, pictureSize });
    const [close] = closing;
    const made = close
      ? node(closeTimeAxis, [boxes, ...close.inputs.slice(1)], [outputName], {}, { domain, name: outputName })
      : node('Identity', [boxes], [outputName], {}, { name: outputName });
    graph.append(close ? { ...made, attributes: close.attributes } : made);
    const leading = graph.outputs
      .find(({ name }) => name === outputs[0]!.name)
      ?.shape?.slice(0, close ? 2 : 1);
    const shape = leading && [...leading, 'boxes', 'numbers'];
    graph.addOutput({ name: outputName, dataType: 'float32', shape });
    model.metadata.set(suppressionKey, head.suppression === null ? '' : String(head.suppression));
    return model;
  },
});

function decoded(
  model: Model,
  head: DetectionHead,
  options: unknown,
  outputs: readonly ImageOutput[],
): Model {
  return decidingBy(addDetections(model, head, options, outputs), outputName);
}

function pictureSizeOf({ graph }: Model): [width: number, height: number] {
  const shape = graph.inputs[0]?.shape ?? [];
  const [height, width] = shape.slice(-2);
  if (shape.length === 4 && typeof height === 'number' && typeof width === 'number') return [width, height];
  throw new UsageError({
    where: 'boxes in pixels',
    expected: 'an input [N, channels, height, width] of known size',
    got: printShape(shape),
    remedy: "Export the network for one size, or declare the head with unit 'shares' if its boxes are that",
  });
}

function optionsOf(head: DetectionHead, { head: _, ...options }: DeclaredHead): unknown {
  const parsed = head.options.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'options'}: ${message}`,
  );
  throw new FormatError(listProblems(`detection head ${head.name}: not declared so. Correct:`, problems));
}

function unknownHead(name: string): never {
  throw new UsageError({
    where: 'detection head',
    expected: `one of ${detectionHeads.map((each) => each.name).join(', ')}`,
    got: `'${name}'`,
    remedy: 'Choose one of these',
    means: ['head'],
  });
}

function withoutOutputs({ name, summary }: DetectionHead, outputs: readonly ImageOutput[]): never {
  throw new UsageError({
    where: `detection head ${name}`,
    expected: summary,
    got: outputs.map((each) => `${each.name} ${printShape(['N', ...each.shape])}`).join(', '),
    remedy: 'Choose another head, or measure another output',
    means: ['head', 'output'],
  });
}
