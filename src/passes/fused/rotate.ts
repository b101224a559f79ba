import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { unsqueeze } from '../unsqueeze.ts';
import type { Surroundings } from './define-decomposition.ts';
import { cutLast } from './heads.ts';

/** Cosines and sines [batch or 1, 1, tokens, size/2] of the angles by which pairs of channels are turned. */
export interface Turns {
  readonly cosines: string;
  readonly sines: string;
  /** How many of the channels are turned; the others stay. */
  readonly size: number;
  /** Whether neighbours are a pair; else a channel of the first half and one of the second. */
  readonly interleaved: boolean;
}

/** Rotary positions: turns pairs of channels of [batch, heads, tokens, size]. @param rest whether channels follow that stay */
export function rotate(around: Surroundings, value: string, turns: Turns, rest: boolean): string {
  const { build } = around;
  const { size, interleaved } = turns;
  const half = size / 2;
  const [first, second] = interleaved
    ? [cutLast(build, value, 0, size, 2), cutLast(build, value, 1, size, 2)]
    : [cutLast(build, value, 0, half), cutLast(build, value, half, size)];
  const turned = turnedPair(build, first, second, turns);
  const joined = interleaved ? interleave(around, turned) : build.op('Concat', turned, { axis: -1 });
  if (!rest) return joined;
  return build.op('Concat', [joined, cutLast(build, value, size, Number.POSITIVE_INFINITY)], { axis: -1 });
}

function turnedPair(build: GraphBuilder, first: string, second: string, { cosines, sines }: Turns): string[] {
  const times = (a: string, b: string) => build.op('Mul', [a, b]);
  return [
    build.op('Sub', [times(first, cosines), times(second, sines)]),
    build.op('Add', [times(first, sines), times(second, cosines)]),
  ];
}

function interleave({ build, opset }: Surroundings, pair: readonly string[]): string {
  const apart = pair.map((each) => unsqueeze(build, opset, each, 4));
  const together = build.op('Concat', apart, { axis: 4 });
  return build.op('Reshape', [together, build.integers('pairs', [0, 0, 0, -1])]);
}
