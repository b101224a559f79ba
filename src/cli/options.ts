import { InvalidArgumentError, Option } from 'commander';
import { detectionHeads } from '../detection/heads/detection-heads.ts';
import { engines, synapses } from '../engines/engines.ts';
import type { StreamAverages } from '../engines/require-stream.ts';
import type { Means } from '../errors.ts';
import { defaultCalibrationLimit } from '../jobs/calibration-inputs.ts';
import { methods } from '../methods/methods.ts';
import { roundings } from '../quantisers/roundings/roundings.ts';
import { tableFormats } from '../tables/table-formats.ts';
import { tasks } from '../tasks/tasks.ts';
import { flags } from './flags.ts';

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

/** Reads a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`expected a number above 0, got '${text}'. Give for example 0.001.`);
}

/** Reads a number from 0 to 1. */
export function probability(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError(`expected a number from 0 to 1, got '${text}'. Give for example 0.9.`);
}

/** An option of a job, called by its flag here and by its setting in the library. */
export class JobOption extends Option {
  readonly #setting: Means;

  /** @param value what stands behind the flag, if anything does */
  constructor(setting: Means, description: string, value?: string) {
    super(value === undefined ? flags[setting] : `${flags[setting]} <${value}>`, description);
    this.#setting = setting;
  }

  override attributeName(): string {
    return this.#setting;
  }
}

/** What is given once more is added to what was given before: one address of the library for several inputs. */
export function addInput(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before},${value}`;
}

/** An input by name beside what another option gives. */
class InputOption extends Option {
  readonly #setting: 'data' | 'calibration' | 'input';

  constructor(setting: 'data' | 'calibration' | 'input', flags: string, description: string) {
    super(flags, description);
    this.#setting = setting;
    this.argParser(addInput);
  }

  override attributeName(): string {
    return this.#setting;
  }
}

/** Words, one each time. */
class TagsOption extends Option {
  constructor(description: string) {
    super('--tag <tag>', description);
    this.argParser((tag, before: readonly string[] | undefined) => [...(before ?? []), tag]);
  }

  override attributeName(): string {
    return 'tags';
  }
}

/** Options that several commands have, each with one meaning. */
export const options = {
  method: () =>
    new JobOption('method', 'conversion method (default: ecmt)', 'name').choices(
      methods.map(({ name }) => name),
    ),
  preset: () =>
    new JobOption(
      'preset',
      'settings of the method: tuned or reference for ecmt (default: the method’s own)',
      'name',
    ),
  /** @param fallback T where nothing is said */
  steps: (fallback: number | string) =>
    new Option('-T, --steps <T>', `number of time-steps (default: ${fallback})`).argParser(wholeNumber(1)),
  stream: (what: string) =>
    new Option('--stream <averages>', what).choices(['restarted', 'continued'] satisfies StreamAverages[]),
  labels: (
    what = 'classes of the images of --data: a synset file (lines such as "n01440764 tench") for files named by synset; integers, one a line or as .npy, for an .npy stack',
  ) => new JobOption('labels', what, 'file'),
  task: () =>
    new Option(
      '--task <name>',
      'what the network is for (default: what the shape of its output says); --labels then has what would be right: numbers, or a class for each position',
    ).choices(tasks.map(({ name }) => name)),
  /** @param flag where `--output` is a file */
  measuredOutput: (flag = '--output') =>
    new Option(`${flag} <name>`, 'output to measure (default: the one called logits, else the first one)'),
  weightBits: () =>
    new JobOption(
      'weightBits',
      'bits of the weights of the spiking network: 2 to 8, source for the source network’s weights, or a JSON file with bits by operator (default: source)',
      'bits',
    ),
  rounding: () =>
    new Option(
      '--rounding <name>',
      `how weights are rounded to few bits: ${roundings.map(({ name, summary }) => `${name} (${summary})`).join(', ')} (default: nearest)`,
    ).choices(roundings.map(({ name }) => name)),
  head: () =>
    new JobOption(
      'head',
      `how boxes are read from the outputs, for detection: ${detectionHeads.map(({ name }) => name).join(', ')}, or a JSON file with one of them as head and what it has to be told (default: what the names of the outputs say)`,
      'name',
    ),
  split: () =>
    new JobOption('split', 'part of --data to use where there are several, for example train', 'name'),
  limit: (what = 'use at most this many images of --data, evenly spread (default: all)') =>
    new JobOption('limit', what, 'N').argParser(wholeNumber(1)),
  /** @param beside setting that it adds to */
  input: (beside: 'data' | 'calibration') =>
    new InputOption(
      beside,
      '--input <name=file>',
      `an input by name, for a network with several, beside or instead of ${flags[beside]}: an .npy file, or a number (repeatable)`,
    ),
  inputs: () =>
    new InputOption(
      'input',
      '--input <file>',
      'inputs [N, …] as .npy; of a network with several an .npz file of arrays by input name, or name=file for each (repeatable)',
    ).makeOptionMandatory(),
  calibration: (what: string) => new JobOption('calibration', what, 'data').argParser(addInput),
  calibrationLimit: () =>
    new JobOption(
      'calibrationLimit',
      `use at most this many images of --calibrate, evenly spread (default: ${defaultCalibrationLimit}, all of an .npy stack)`,
      'N',
    ).argParser(wholeNumber(1)),
  calibrationSplit: () =>
    new JobOption(
      'calibrationSplit',
      'part of --calibrate to use where there are several (default: train where that is one of them)',
      'name',
    ),
  batchSize: () =>
    new JobOption(
      'batchSize',
      'images a batch (default: 8, or what an .npy stack [batches, B, …] has)',
      'B',
    ).argParser(wholeNumber(1)),
  workers: () =>
    new JobOption(
      'workers',
      'threads that evaluate, each with its own copy of the networks (default: as many as processors and memory allow)',
      'N',
    ).argParser(wholeNumber(1)),
  queue: () =>
    new JobOption(
      'queue',
      'let the workers of this Redis do the work: redis://host:6379, or rediss://… for TLS; start some with transpike worker',
      'address',
    ),
  serve: () =>
    new JobOption(
      'serve',
      'where workers of --queue fetch the model and the data from here (default: any free port, at all addresses of this machine)',
      'host:port',
    ),
  memoryMB: () =>
    new JobOption(
      'memoryMB',
      'most memory for activations, in each worker; larger batches are run in parts (fast engine only)',
      'MB',
    ).argParser(wholeNumber(1)),
  /** @param fallback what the folder is when nothing is said */
  folder: (what: string, fallback: string) =>
    new JobOption('folder', `${what} (default: ${fallback})`, 'folder'),
  engine: () =>
    new JobOption(
      'engine',
      'fast, or in-graph: one ONNX Runtime session, as other runtimes would run the file (default: fast)',
      'name',
    ).choices(Object.keys(engines)),
  synapses: () =>
    new JobOption(
      'synapses',
      'numbers that weights are kept in; int8 as in 8-bit hardware, fast engine only (default: float32)',
      'type',
    ).choices(synapses),
  quantised: () =>
    new JobOption('quantised', 'leave out the source network in as many bits as the spikes carry'),
  exitConfidence: (what: string) => new JobOption('exitConfidence', what, 'p').argParser(probability),
  strict: () =>
    new JobOption('strict', 'stop at the first image that cannot be read, instead of leaving it out'),
  externalData: () =>
    new JobOption(
      'externalData',
      'folder that weights of the model were moved to; may be given several times',
      'folder',
    ).argParser((folder, before: readonly string[] | undefined) => [...(before ?? []), folder]),
  inputShapes: () =>
    new JobOption(
      'inputShapes',
      'lengths of one sample where the network leaves them open, without the batch: name=3,224,224, or 3,224,224 for one input (repeatable)',
      'shape',
    ).argParser((shape, before: readonly string[] | undefined) => [...(before ?? []), shape]),
  overTime: () =>
    new JobOption(
      'overTime',
      'input of a source network that has a time axis behind the batch, [N, T, …] (repeatable); the spiking network sees its running mean, with name=current every step by itself',
      'name',
    ).argParser((name, before: readonly string[] | undefined) => [...(before ?? []), name]),
  preprocess: () =>
    new JobOption(
      'preprocess',
      'how pictures become inputs where the model does not say it: imagenet, unit (pixels from 0 to 1), or a JSON file with mean and std',
      'name or file',
    ),
  newTokens: () =>
    new JobOption('newTokens', 'most tokens to add (default: 50)', 'N').argParser(wholeNumber(1)),
  temperature: () =>
    new JobOption(
      'temperature',
      'draw tokens from the softmax of the scores over this (default: 0, always the best token)',
      'x',
    ).argParser(Number),
  topK: () => new JobOption('topK', 'draw among so many of the best tokens', 'N').argParser(wholeNumber(1)),
  topP: () =>
    new JobOption(
      'topP',
      'draw among the fewest of the best tokens whose probabilities add up to this',
      'p',
    ).argParser(probability),
  seed: () =>
    new JobOption('seed', 'seed of the draws, the same for both networks (default: 0)', 'N').argParser(
      wholeNumber(0),
    ),
  stop: () =>
    new JobOption(
      'stop',
      'text that ends the text, beside the tokens that do (repeatable)',
      'text',
    ).argParser((text, before: readonly string[] | undefined) => [...(before ?? []), text]),
  source: () => new JobOption('source', 'leave out what the source network says'),
  tokenizer: () =>
    new JobOption(
      'tokenizer',
      'folder with the tokenizer.json of a network that reads text, where there is none in it or beside it',
      'folder',
    ),
  name: () => new Option('--name <name>', 'what to call the run, for transpike runs'),
  tags: (what = 'a word to find the run by, for transpike runs (repeatable)') => new TagsOption(what),
  output: (what: string) => new Option('-o, --output <file>', what),
  bundle: () =>
    new JobOption('bundle', 'put all weights into the written file, so that it depends on no other'),
  force: () => new JobOption('force', 'replace an output file even where it holds something else'),
  format: () =>
    new Option(
      '--format <name>',
      'print the table alone, for another program or a paper (LaTeX: booktabs and siunitx)',
    )
      .choices(Object.keys(tableFormats))
      .conflicts('json'),
  json: () =>
    new Option(
      '--json',
      'print one JSON document on the standard output; messages go to the standard error stream',
    ),
} as const;
