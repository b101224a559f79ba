import { batchNotFree } from '../batching/free-batch.ts';
import { ConversionError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { type Site, setSteps, sitesOf } from '../spiking/neuron-node.ts';
import { withoutNeurons } from '../spiking/spiking-form.ts';

/** Largest deviation of a logit, relative to the largest logit (at least 1), that a conversion may have. */
export const parityTolerance = 1e-4;

/** Steps of the check: more than one, so that a network that mixes the batch with time is found out. */
const paritySteps = 2;

/**
 * Checks that the spiking network is the source network when its neurons pass their input on unchanged.
 *
 * @param source the network before any pass
 * @param spiking its spiking form
 * @param input one batch
 * @returns the largest relative deviation of a logit
 * @throws ConversionError if it exceeds 1e-4, naming the first site whose input deviates
 */
export async function checkParity(source: Model, spiking: Model, input: FloatTensor): Promise<number> {
  const identity = withoutNeurons(spiking);
  setSteps(identity, paritySteps);
  const logits = source.graph.outputs[0]!.name;
  const [expected, got] = [
    await runOnce(source, input),
    await runOnce(identity, input).catch((error: unknown) => {
      throw batchNotFree(error);
    }),
  ];
  const deviation = relativeDeviation(expected.get(logits)!, got.get(logits)!);
  if (deviation <= parityTolerance) return deviation;
  const deviating = await firstDeviatingSite(source, identity, sitesOf(spiking), input);
  throw new ConversionError({
    where: deviating ? `parity check: site '${deviating.name}'` : 'parity check: the outputs',
    expected: `the source network's numbers within ${parityTolerance} when neurons pass everything on`,
    got: `a deviation of ${deviation.toExponential(2)} in the logits`,
    remedy: deviating
      ? 'An operator before this site depends on the batch as a whole; report the model'
      : 'An operator after the last site depends on the batch as a whole; report the model',
  });
}

/** Looked for only when something is wrong: it takes the activations of all sites at once. */
async function firstDeviatingSite(
  source: Model,
  identity: Model,
  sites: readonly Site[],
  input: FloatTensor,
): Promise<Site | undefined> {
  const shared = sites.map((site) => site.value).filter((name) => source.graph.has(name));
  const [expected, got] = [
    await runOnce(exposeValues(source, shared), input),
    await runOnce(exposeValues(identity, shared), input),
  ];
  return sites.find((site) => {
    const [a, b] = [expected.get(site.value), got.get(site.value)];
    return a && b && relativeDeviation(a, b) > parityTolerance;
  });
}

/** Weights are not copied for a single run. */
async function runOnce(model: Model, input: FloatTensor): Promise<Map<string, FloatTensor>> {
  const session = await OrtSession.create(model, { weights: 'mapped', keepScratch: false });
  try {
    return await session.run(input);
  } finally {
    await session.release();
  }
}

/** `got` holds the expected values once per time-step. */
function relativeDeviation(expected: FloatTensor, got: FloatTensor): number {
  let scale = 1;
  let deviation = 0;
  if (got.data.length !== paritySteps * expected.data.length) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < got.data.length; i++) {
    const value = expected.data[i % expected.data.length]!;
    scale = Math.max(scale, Math.abs(value));
    const difference = Math.abs(got.data[i]! - value);
    // NaN must count as a deviation.
    if (!(difference <= deviation)) deviation = difference;
  }
  return Number.isNaN(deviation) ? Number.POSITIVE_INFINITY : deviation / scale;
}
