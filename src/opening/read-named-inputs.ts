import { existsSync } from 'node:fs';
import { DataError, messageOf } from '../errors.ts';
import { readNpy } from '../files/read-npy.ts';
import { readNpz } from '../files/read-npz.ts';
import type { NpyArray } from '../formats/npy.ts';
import { batchAxis, sharedInputs } from '../graph/batch-axis.ts';
import { type BoundInputs, bindInputs } from '../graph/bind-inputs.ts';
import type { Graph, ValueInfo } from '../graph/graph.ts';
import { namedFiles, unnamed } from './named-files.ts';

/**
 * Reads arrays for the inputs of a network: an .npz file of arrays by input name, `name=file` for each, joined by commas, or one .npy
 * file for the first input. Instead of a file there may be a number. Samples are stacked along a first axis.
 *
 * @throws FormatError if a file cannot be read; DataError that lists all that does not fit the network
 */
export async function readNamedInputs(graph: Graph, address: string): Promise<BoundInputs> {
  const arrays = await readArrays(graph, address);
  try {
    return bindInputs(
      { name: graph.name, inputs: batchFirst(graph.inputs) },
      { inputs: Object.fromEntries(arrays) },
    );
  } catch (error) {
    throw new DataError(`${address}: ${messageOf(error)}`, { cause: error });
  }
}

async function readArrays({ inputs }: Graph, address: string): Promise<Map<string, NpyArray>> {
  const files = namedFiles(address) ?? new Map([[unnamed, address]]);
  const read = [...files].map(async ([name, file]) =>
    name === unnamed ? readUnnamed(inputs, file) : [[name, await readArray(file)] as const],
  );
  return new Map((await Promise.all(read)).flat());
}

/** All arrays of an .npz file, or one for the first input. */
async function readUnnamed(
  inputs: readonly ValueInfo[],
  file: string,
): Promise<(readonly [string, NpyArray])[]> {
  const first = inputs[0]!.name;
  if (!file.endsWith('.npz')) return [[first, await readNpy(file)]];
  const arrays = [...(await readNpz(file))];
  // numpy names an array by its position where nothing else is said.
  return inputs.length === 1 && arrays.length === 1
    ? arrays.map(([, array]) => [first, array] as const)
    : arrays;
}

async function readArray(file: string): Promise<NpyArray> {
  const number = Number(file);
  if (existsSync(file) || Number.isNaN(number)) return readNpy(file);
  return { shape: [], dataType: 'float64', data: Float64Array.of(number) };
}

/** Data have their samples in front, whatever axis the network has them on, and any number of them. */
function batchFirst(inputs: readonly ValueInfo[]): ValueInfo[] {
  const shared = sharedInputs(inputs);
  return inputs.map((info) =>
    info.shape && !shared.has(info.name)
      ? { ...info, shape: [undefined, ...info.shape.toSpliced(batchAxis(info.shape), 1)] }
      : info,
  );
}
