/**
 * The four parts every message of Transpike has: where it happened, what was expected, what was found
 * instead, and what to do about it.
 */
export interface ErrorParts {
  /** Place of the problem, for example `fold-batch-norm: node 'bn1'`. */
  where: string;
  /** What should have been there. */
  expected: string;
  /** What was there. */
  got: string;
  /** What the user can do about it, as an imperative sentence without the final full stop. */
  remedy: string;
}

/** Root of every error that Transpike throws on purpose. The command line prints its message without a stack. */
export class TranspikeError extends Error {
  override name = 'TranspikeError';

  constructor(parts: ErrorParts | string, options?: ErrorOptions) {
    super(typeof parts === 'string' ? parts : describe(parts), options);
  }
}

/** A file that cannot be read, is damaged, or does not have the promised form. */
export class FormatError extends TranspikeError {
  override name = 'FormatError';
}

/** A graph that breaks a rule of its own (undefined value, duplicate name, wrong opset…). */
export class GraphError extends TranspikeError {
  override name = 'GraphError';
}

/** A network that a method cannot convert, or a conversion that failed its parity check. */
export class ConversionError extends TranspikeError {
  override name = 'ConversionError';
}

/** A data set or image that cannot be used. */
export class DataError extends TranspikeError {
  override name = 'DataError';
}

/** A network that cannot be run with the given input or settings. */
export class RuntimeError extends TranspikeError {
  override name = 'RuntimeError';
}

/** A run that needs more memory than there is; a smaller batch may do. */
export class OutOfMemoryError extends RuntimeError {
  override name = 'OutOfMemoryError';
}

/** A request that makes no sense (unknown preset, T < 1, unwritable output…). */
export class UsageError extends TranspikeError {
  override name = 'UsageError';
}

function describe({ where, expected, got, remedy }: ErrorParts): string {
  return `${where}: expected ${expected}, got ${got}. ${remedy}.`;
}

/**
 * Joins the messages of several problems into one error text, so that a user sees all problems of a file at once.
 *
 * @param heading one line that names the file or graph
 * @param problems one line each
 */
export function listProblems(heading: string, problems: readonly string[]): string {
  return `${heading}\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
