import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import { engines, synapses } from '../engines/engines.ts';
import { defaultCalibrationLimit } from '../jobs/calibration-inputs.ts';
import { methods } from '../methods/methods.ts';

/** Reads a whole number that is at least `smallest`. */
export function wholeNumber(smallest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= smallest) return value;
    throw new InvalidArgumentError(
      `expected a whole number of at least ${smallest}, got '${text}'. Give for example ${Math.max(smallest, 4)}.`,
    );
  };
}

/** Reads a number from 0 to 1. */
export function probability(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError(`expected a number from 0 to 1, got '${text}'. Give for example 0.9.`);
}

/** Threads that this machine can run at once. */
export const cores = availableParallelism();

/** Options that several commands have, each with one meaning. */
export const options = {
  method: () =>
    new Option('--method <name>', 'conversion method')
      .choices(methods.map(({ name }) => name))
      .default('ecmt'),
  preset: () =>
    new Option(
      '--preset <name>',
      'settings of the method: tuned or reference for ecmt (default: the method’s own)',
    ),
  /** @param fallback default where it does not depend on the model */
  steps: (fallback?: number) => {
    const what = fallback === undefined ? ' (default: what the model was converted for)' : '';
    const option = new Option('-T, --steps <T>', `number of time-steps${what}`).argParser(wholeNumber(1));
    return fallback === undefined ? option : option.default(fallback);
  },
  labels: () =>
    new Option(
      '--labels <file>',
      'classes of the images: a synset file (lines such as "n01440764 tench") for files named by synset; integers, one a line or as .npy, for an .npy stack',
    ),
  split: () =>
    new Option('--split <name>', 'part of the data to use where there are several, for example train'),
  calibrationLimit: () =>
    new Option(
      '--calibration-limit <N>',
      `use at most this many calibration images, evenly spread (default: ${defaultCalibrationLimit}, all of an .npy stack)`,
    ).argParser(wholeNumber(1)),
  limit: (what: string) => new Option('--limit <N>', what).argParser(wholeNumber(1)),
  batch: () =>
    new Option(
      '--batch <B>',
      'images a batch (default: 8, or what an .npy stack [batches, B, …] has)',
    ).argParser(wholeNumber(1)),
  memory: () =>
    new Option(
      '--memory <MB>',
      'most memory for activations, in each worker; larger batches are run in parts (fast engine only)',
    ).argParser(wholeNumber(1)),
  engine: () =>
    new Option(
      '--engine <name>',
      'fast, or in-graph: one ONNX Runtime session, as other runtimes would run the file',
    )
      .choices(Object.keys(engines))
      .default('fast'),
  synapses: () =>
    new Option(
      '--synapses <type>',
      'numbers that weights are kept in; int8 as in 8-bit hardware, fast engine only',
    )
      .choices(synapses)
      .default('float32'),
  strict: () =>
    new Option('--strict', 'stop at the first image that cannot be read, instead of leaving it out'),
  externalData: () =>
    new Option(
      '--external-data <folder>',
      'folder that weights of the model were moved to; may be given several times',
    ).argParser((folder, before: readonly string[] | undefined) => [...(before ?? []), folder]),
  bundle: () =>
    new Option('--bundle', 'put all weights into the written file, so that it depends on no other'),
  force: () => new Option('--force', 'replace an output file even where it holds something else'),
  json: () =>
    new Option(
      '--json',
      'print one JSON document on the standard output; messages go to the standard error stream',
    ),
} as const;
