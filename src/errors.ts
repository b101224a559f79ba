/**
 * The four parts every message of Transpike has: where it happened, what was expected, what was found
 * instead, and what to do about it.
 */
export interface ErrorParts {
  /** Place of the problem, for example `fold-batch-norm: node 'bn1'`. */
  readonly where: string;
  /** What should have been there. */
  readonly expected: string;
  /** What was there. */
  readonly got: string;
  /** What the user can do about it, as an imperative sentence without the final full stop. */
  readonly remedy: string;
  /** What the remedy is done with, so that the command line can name its own flags. */
  readonly means?: readonly Means[];
}

/** Options and functions of the library with which something is put right. */
export type Means =
  | 'accumulatorBits'
  | 'batchSize'
  | 'bits'
  | 'budget'
  | 'bundle'
  | 'calibration'
  | 'calibrationLimit'
  | 'cacheFolder'
  | 'cacheMB'
  | 'calibrationSplit'
  | 'convert'
  | 'data'
  | 'dt'
  | 'engine'
  | 'exitConfidence'
  | 'extensions'
  | 'externalData'
  | 'folder'
  | 'force'
  | 'format'
  | 'fresh'
  | 'goldenInput'
  | 'head'
  | 'inputShapes'
  | 'input'
  | 'labels'
  | 'latency'
  | 'limit'
  | 'memoryMB'
  | 'method'
  | 'newTokens'
  | 'output'
  | 'overflow'
  | 'overTime'
  | 'precision'
  | 'preprocess'
  | 'preset'
  | 'quantised'
  | 'queue'
  | 'resolution'
  | 'rounding'
  | 'seed'
  | 'sensorSize'
  | 'separation'
  | 'serve'
  | 'snapshots'
  | 'snr'
  | 'source'
  | 'sources'
  | 'spikes'
  | 'spikesAs'
  | 'spikesOf'
  | 'split'
  | 'stepMilliseconds'
  | 'stateIn'
  | 'stateOut'
  | 'steps'
  | 'stop'
  | 'stream'
  | 'strict'
  | 'synapses'
  | 'task'
  | 'temperature'
  | 'testData'
  | 'thresholds'
  | 'weightBits'
  | 'widen'
  | 'tokenizer'
  | 'topK'
  | 'topP'
  | 'workers';

/** Several problems at once. */
export interface ProblemList {
  /** One line that names the file or graph. */
  readonly heading: string;
  /** One line each. */
  readonly problems: readonly string[];
}

/** What an error has to say, as plain data that can be posted to another thread. */
export type ErrorContent = ErrorParts | ProblemList | string;

/** What kind of thing went wrong; the same as the class, for those who cannot ask for that. */
export type ErrorKind =
  | 'format'
  | 'graph'
  | 'conversion'
  | 'data'
  | 'extension'
  | 'runtime'
  | 'out-of-memory'
  | 'usage'
  | 'other';

/**
 * Root of every error that Transpike throws on purpose. The command line prints its message without a stack.
 *
 * @example
 * ```ts
 * import { openNetwork, TranspikeError } from 'transpike';
 *
 * const error = await openNetwork('nowhere/').catch((thrown) => thrown);
 * console.log(error instanceof TranspikeError, error.name); // true FormatError
 * ```
 */
export class TranspikeError extends Error {
  override readonly name: string = 'TranspikeError';
  readonly kind: ErrorKind = 'other';
  /** Place of the problem, or the heading of several. */
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly remedy: string | undefined;
  /** Options and functions of the library that the remedy speaks of. */
  readonly means: readonly Means[];
  /** One line each where there are several; else none. */
  readonly problems: readonly string[];

  constructor(content: ErrorContent, options?: ErrorOptions) {
    super(messageFor(content), options);
    const parts: Partial<ErrorParts & ProblemList> = typeof content === 'string' ? {} : content;
    this.where = parts.where ?? parts.heading;
    this.expected = parts.expected;
    this.got = parts.got;
    this.remedy = parts.remedy;
    this.means = parts.means ?? [];
    this.problems = parts.problems ?? [];
  }
}

/** A file that cannot be read, is damaged, or does not have the promised form. */
export class FormatError extends TranspikeError {
  override readonly name: string = 'FormatError';
  override readonly kind: ErrorKind = 'format';
}

/** A graph that breaks a rule of its own (undefined value, duplicate name, wrong opset…). */
export class GraphError extends TranspikeError {
  override readonly name: string = 'GraphError';
  override readonly kind: ErrorKind = 'graph';
}

/** A network that a method cannot convert, or a conversion that failed its parity check. */
export class ConversionError extends TranspikeError {
  override readonly name: string = 'ConversionError';
  override readonly kind: ErrorKind = 'conversion';
}

/** An extension that cannot be loaded, or is not what a model or a run was made with. */
export class ExtensionError extends TranspikeError {
  override readonly name: string = 'ExtensionError';
  override readonly kind: ErrorKind = 'extension';
}

/** A data set or image that cannot be used. */
export class DataError extends TranspikeError {
  override readonly name: string = 'DataError';
  override readonly kind: ErrorKind = 'data';
}

/** A network that cannot be run with the given input or settings. */
export class RuntimeError extends TranspikeError {
  override readonly name: string = 'RuntimeError';
  override readonly kind: ErrorKind = 'runtime';
}

/** A run that needs more memory than there is; a smaller batch may do. */
export class OutOfMemoryError extends RuntimeError {
  override readonly name: string = 'OutOfMemoryError';
  override readonly kind: ErrorKind = 'out-of-memory';
}

/** A request that makes no sense (unknown preset, T < 1, unwritable output…). */
export class UsageError extends TranspikeError {
  override readonly name: string = 'UsageError';
  override readonly kind: ErrorKind = 'usage';
}

function messageFor(content: ErrorContent): string {
  if (typeof content === 'string') return content;
  if ('problems' in content)
    return [content.heading, ...content.problems.map((each) => `  - ${each}`)].join('\n');
  const { where, expected, got, remedy } = content;
  return `${where}: expected ${expected}, got ${got}. ${remedy}.`;
}

/**
 * Puts several problems into one error, so that a user sees all problems of a file at once.
 *
 * @param heading one line that names the file or graph
 * @param problems one line each
 */
export function listProblems(heading: string, problems: readonly string[]): ProblemList {
  return { heading, problems };
}

/** What the system means by its codes, as far as a user of files meets them. */
const systemWords: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EEXIST: 'a file of that name',
  EISDIR: 'a folder',
  ENOTDIR: 'a file where the path has a folder',
  EROFS: 'a disk that can only be read',
  ELOOP: 'links that lead in a circle',
  ENAMETOOLONG: 'a name that is too long',
};

/** The message of anything that was thrown, with what the system says in words. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as { code?: string; syscall?: string };
  return (syscall === undefined ? undefined : systemWords[code ?? '']) ?? error.message;
}

/** What anything that was thrown has to say, to throw it once more elsewhere. */
export function contentOf(error: unknown): ErrorContent {
  if (!(error instanceof TranspikeError)) return messageOf(error);
  const { where, expected, got, remedy, means, problems } = error;
  if (where === undefined) return error.message;
  if (expected === undefined || got === undefined || remedy === undefined)
    return { heading: where, problems };
  return { where, expected, got, remedy, means };
}
