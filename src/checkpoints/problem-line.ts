import { type ErrorParts, FormatError } from '../errors.ts';

/** Takes note of a problem in config.json or the tensors; all of them end up in one error. */
export type Report = (problem: ErrorParts) => void;

/** One problem as a line for a list of problems: worded as the message of an error of its own would be. */
export function problemLine(problem: ErrorParts): string {
  return new FormatError(problem).message;
}
