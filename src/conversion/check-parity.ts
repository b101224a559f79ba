import { logitsOf } from '../analysis/logits-of.ts';
import { batchNotFree } from '../batching/free-batch.ts';
import { ConversionError } from '../errors.ts';
import { firstSteps } from '../graph/first-steps.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import {
  type InputBatch,
  type InputTensor,
  isNamed,
  joinSamples,
  mapSamples,
  samplesOf,
  sliceSamples,
} from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { OrtSession, type SessionOptions } from '../sessions/ort-session.ts';
import { forFewRuns } from '../sessions/weight-loading.ts';
import { inputsOverTime } from '../spiking/inputs-over-time.ts';
import { type Site, setSteps, sitesOf } from '../spiking/neuron-node.ts';
import { overAllSteps } from '../spiking/over-all-steps.ts';
import { withoutNeurons } from '../spiking/spiking-form.ts';

/** Largest deviation of a logit, relative to the largest logit (at least 1), that a conversion may have. */
const parityTolerance = 1e-4;

/** Steps of the check: more than one, so that a network that mixes the batch with time is found out. */
const paritySteps = 2;

/** Images of the batch that are run once more, in another order. */
const mostShuffled = 4;

/**
 * Checks that the spiking network is the source network when its neurons pass their input on unchanged: on the batch that is
 * given, and on batches of other sizes with its images in another order, so that a rewrite that mixes images or depends on
 * the length of the batch is found out.
 *
 * @param network the source network before any pass
 * @param spiking its spiking form
 * @param batch one batch
 * @param threads threads of the runs. Default 1
 * @returns the largest relative deviation of a logit on that batch
 * @throws ConversionError if it exceeds 1e-4 on any of them, naming the first site whose input deviates
 */
export async function checkParity(
  network: Model,
  spiking: Model,
  batch: InputBatch,
  threads = 1,
): Promise<number> {
  const overTime = new Set(inputsOverTime(network).keys());
  const source = overAllSteps(network);
  const input = firstSteps(batch, overTime, paritySteps);
  const identity = withoutNeurons(spiking);
  setSteps(identity, windowOf(input, overTime) ?? paritySteps);
  const logits = logitsOf(source).name;
  const batches = [input, ...otherBatches(input)];
  // The spiking network is optimised, as it is wherever else it runs.
  const expected = await runAll(source, batches, forFewRuns(source, threads));
  const got = await runAll(identity, batches, { weights: 'mapped', threads }).catch((error: unknown) => {
    throw batchNotFree(error);
  });
  const deviations = batches.map((_, i) =>
    relativeDeviation(lookUp(expected[i]!, logits, 'output'), lookUp(got[i]!, logits, 'output')),
  );
  const worst = deviations.findIndex((each) => !(each <= parityTolerance));
  if (worst < 0) return deviations[0]!;
  throw await parityFailure(source, identity, sitesOf(spiking), batches[worst]!, deviations[worst]!);
}

/** How many steps the inputs over time have; `undefined` where there are none. */
function windowOf(input: InputBatch, overTime: ReadonlySet<string>): number | undefined {
  if (overTime.size === 0) return undefined;
  const [first] = overTime;
  return isNamed(input) ? input.inputs[first ?? '']?.shape[1] : input.shape[1];
}

/** Batches of two other sizes, with samples that differ, in another order. */
function otherBatches(input: InputBatch): InputBatch[] {
  const samples = samplesOf(sliceSamples(input, 0, mostShuffled));
  const first = samples[0]!;
  if (samples.length === 1) return [joinSamples([mapSamples(first, changed), first])];
  return [joinSamples(samples.toReversed()), samples.at(-1)!];
}

/** Another sample that makes sense where this one does: whole numbers may be rows of a table. */
function changed({ shape, data }: InputTensor): InputTensor {
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  return {
    shape,
    data: isFloat && !data.every(Number.isInteger) ? data.map((x) => x / 2) : data.slice().reverse(),
  };
}

async function parityFailure(
  source: Model,
  identity: Model,
  sites: readonly Site[],
  input: InputBatch,
  deviation: number,
): Promise<ConversionError> {
  const deviating = await firstDeviatingSite(source, identity, sites, input);
  return new ConversionError({
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
  input: InputBatch,
): Promise<Site | undefined> {
  const shared = sites.map((site) => site.value).filter((name) => source.graph.has(name));
  const [expected, got] = [
    (await runAll(exposeValues(source, shared), [input]))[0]!,
    (await runAll(exposeValues(identity, shared), [input]))[0]!,
  ];
  return sites.find((site) => {
    const [a, b] = [expected.get(site.value), got.get(site.value)];
    return a && b && relativeDeviation(a, b) > parityTolerance;
  });
}

async function runAll(
  model: Model,
  batches: readonly InputBatch[],
  options: SessionOptions = { weights: 'mapped' },
): Promise<ReadonlyMap<string, FloatTensor>[]> {
  const session = await OrtSession.create(model, options);
  try {
    const outputs: ReadonlyMap<string, FloatTensor>[] = [];
    for (const batch of batches) outputs.push(await session.run(batch));
    return outputs;
  } finally {
    await session.release();
  }
}

/** `got` holds the expected values at all steps, or those of one step once for each. */
function relativeDeviation(expected: FloatTensor, got: FloatTensor): number {
  let scale = 1;
  let deviation = 0;
  const times = got.data.length / expected.data.length;
  if (times !== 1 && times !== paritySteps) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < got.data.length; i++) {
    const value = expected.data[i % expected.data.length]!;
    scale = Math.max(scale, Math.abs(value));
    const difference = Math.abs(got.data[i]! - value);
    // NaN must count as a deviation.
    if (!(difference <= deviation)) deviation = difference;
  }
  return Number.isNaN(deviation) ? Number.POSITIVE_INFINITY : deviation / scale;
}
