import { addDetections, detects } from '../detection/add-detections.ts';
import type { DetectionHead, ImageOutput } from '../detection/heads/define-detection-head.ts';
import { detectionHeadNamed, detectionHeads } from '../detection/heads/detection-heads.ts';
import { FormatError, listProblems, UsageError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';
import { lookUp } from '../look-up.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';

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
  if (detects(model)) return model;
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
    return addDetections(model, found, options, inOrder(outputs, read));
  }
  for (const head of told) {
    const options = head.options.parse({});
    const read = head.reads(outputs, options);
    if (read) return addDetections(model, head, options, inOrder(outputs, read));
  }
  return undefined;
}

function inOrder(outputs: readonly ImageOutput[], names: readonly string[]): ImageOutput[] {
  return names.map((name) => outputs.find((each) => each.name === name)!);
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
