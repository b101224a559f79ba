import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Adds an axis of length 1. Axes are an input of Unsqueeze since opset 13, and were an attribute before. */
export function unsqueeze(build: GraphBuilder, opset: number, value: string, axis: number): string {
  return opset < 13
    ? build.op('Unsqueeze', [value], { axes: [axis] })
    : build.op('Unsqueeze', [value, build.integers('axes', [axis])]);
}
