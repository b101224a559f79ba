import { decidingBy } from '../analysis/logits-of.ts';
import { UsageError } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { printShape } from '../graph/print-graph.ts';
import { domain } from '../spiking/domain.ts';
import { closeTimeAxis } from '../spiking/time-axis.ts';
import type { DetectionHead, ImageOutput } from './heads/define-detection-head.ts';

/** Name of the output that has the decoded boxes. */
const outputName = 'detections';

/** Key of the metadata that says from which overlap on boxes are one object. */
const suppressionKey = 'transpike.detection.suppression';

/**
 * The same network, spiking or not, deciding by one more output, `detections` [N, K, 4 + C].
 *
 * @param options checked ones of the head
 * @param outputs those that the head reads, in its order
 */
export function addDetections(
  model: Model,
  head: DetectionHead,
  options: unknown,
  outputs: readonly ImageOutput[],
): Model {
  return decidingBy(appendDetections(model, head, options, outputs), outputName);
}

/** Whether a network decides by detections. */
export function detects({ metadata }: Pick<Model, 'metadata'>): boolean {
  return metadata.has(suppressionKey);
}

/** Overlap above which two boxes of a class are one object; `undefined` where nothing is suppressed. */
export function suppressionOf({ metadata }: Pick<Model, 'metadata'>): number | undefined {
  const text = metadata.get(suppressionKey);
  return text ? Number(text) : undefined;
}

const appendDetections = definePass({
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
    const shape = leading && [...leading, ...(head.made?.(outputs) ?? ['boxes', 'numbers'])];
    graph.addOutput({ name: outputName, dataType: 'float32', shape });
    model.metadata.set(suppressionKey, head.suppression === null ? '' : String(head.suppression));
    return model;
  },
});

function pictureSizeOf({ graph }: Model): [width: number, height: number] {
  const shape = graph.inputs[0]?.shape ?? [];
  const [height, width] = shape.slice(-2);
  // Before them the batch, perhaps steps, and channels.
  if (shape.length >= 4 && typeof height === 'number' && typeof width === 'number') return [width, height];
  throw new UsageError({
    where: 'boxes in pixels',
    expected: 'an input [N, channels, height, width] of known size',
    got: printShape(shape),
    remedy: "Export the network for one size, or declare the head with unit 'shares' if its boxes are that",
  });
}
