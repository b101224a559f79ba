import { type ErrorParts, FormatError } from '../errors.ts';

/** One problem as a line for a list of problems: worded as the message of an error of its own would be. */
export function problemLine(problem: ErrorParts): string {
  return new FormatError(problem).message;
}
