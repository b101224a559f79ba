/**
 * What is thrown on purpose. Every error says where, what was expected, what was found and what to do, as fields too.
 *
 * @example
 * ```ts
 * import { errors, openNetwork } from 'transpike';
 *
 * const error = await openNetwork('missing.onnx').catch((thrown) => thrown);
 * console.log(error instanceof errors.FormatError, error.kind); // true format
 * console.log(error.where); // missing.onnx
 * ```
 *
 * @module
 */
export * from '../errors.ts';
