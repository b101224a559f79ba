import type { z } from 'zod';
import type { GraphBuilder } from '../../graph/graph-builder.ts';

/** An output of a network, with its shape for one image. */
export interface ImageOutput {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a head is decoded with. */
export interface Decoding<Options> {
  readonly options: Options;
  /** The outputs that {@link DetectionHead.reads} named, in its order. */
  readonly outputs: readonly ImageOutput[];
  /** Width and height of the picture as the network takes it, in pixels; asked for only where boxes are in pixels. */
  pictureSize(): readonly [width: number, height: number];
}

/**
 * How boxes are read from what a network gives. Decoding is operators at the end of the network, so that every engine and every
 * exported file has it: values [N, …] become [N, K, 4 + C], for each of K boxes left, top, right, bottom as shares of the picture's width and
 * height, and a score for each of C classes.
 *
 * @typeParam Options what has to be known beside the network, such as anchors
 */
export interface DetectionHead<Name extends string = string, Options = unknown> {
  readonly name: Name;
  /** What the outputs are, in one line. */
  readonly summary: string;
  /** What may be declared beside the name. */
  readonly options: z.ZodType<Options>;
  /** Names of outputs that tell that a network has this head; none where it has to be declared. */
  readonly tellingOutputs: readonly string[];
  /** Names of the outputs that it reads; `undefined` where the network has no such outputs. */
  reads(outputs: readonly ImageOutput[], options: Options): readonly string[] | undefined;
  /** Overlap above which two boxes of a class are one object; null where the network suppresses them itself. */
  readonly suppression: number | null;
  /** K and 4 + C, where the outputs say them. */
  made?(outputs: readonly ImageOutput[]): readonly number[];
  /** Adds the operators. @param values of the outputs, [N, …] in whatever batch @returns the value [N, K, 4 + C] */
  decode(build: GraphBuilder, values: readonly string[], decoding: Decoding<Options>): string;
}

/** Declares a head. */
export function defineDetectionHead<const Name extends string, Options>(
  head: DetectionHead<Name, Options>,
): DetectionHead<Name, Options> {
  return head;
}
