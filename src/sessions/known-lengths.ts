import { messageOf, RuntimeError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';
import { keptLengths, type OpenAxis, openAxes, withLengths } from './input-lengths.ts';
import { OrtSession } from './ort-session.ts';
import { sampleBatch } from './sample-inputs.ts';
import { forFewRuns } from './weight-loading.ts';

/** Lengths that are tried where a network leaves them open, the smallest first. */
const candidates = [8, 16, 32, 64, 128, 224, 256, 384, 512];

/**
 * A model with lengths for all axes that it leaves open, to look at it with: those that are kept in it, else the smallest that it runs
 * with. The model itself where there are none to find.
 *
 * @throws RuntimeError if it runs with none of those that are tried
 */
export async function withKnownLengths(model: Model): Promise<Model> {
  const known = keptLengths(model);
  const unknown = openAxes(model.graph).filter(({ key }) => !known.has(key));
  if (unknown.length === 0) return model;
  const session = await OrtSession.create(model, forFewRuns(model));
  let reason = '';
  try {
    for (const length of candidates) {
      const tried = withLengths(
        model,
        new Map([...known, ...unknown.map(({ key }) => [key, length] as const)]),
      );
      try {
        await session.run(sampleBatch(tried));
        return tried;
      } catch (error) {
        reason = messageOf(error);
      }
    }
  } finally {
    await session.release();
  }
  throw noLengths(model.graph, unknown, reason);
}

function noLengths({ inputs }: Graph, unknown: readonly OpenAxis[], reason: string): RuntimeError {
  const names = [...new Set(unknown.map(({ input }) => input))];
  const shapes = inputs
    .filter(({ name }) => names.includes(name))
    .map(({ name, shape }) => `${name} ${printShape(shape!)}`);
  return new RuntimeError({
    where: `inputs ${shapes.join(', ')}`,
    expected: `a network that runs with lengths from ${candidates[0]} to ${candidates.at(-1)} where they are open`,
    got: reason.replace(/\s+/g, ' ').slice(0, 300),
    remedy: 'Give the shape of the input, or export the model with a fixed one',
    means: ['inputShapes'],
  });
}
