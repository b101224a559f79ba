import { logitsOf } from '../analysis/logits-of.ts';
import { UsageError } from '../errors.ts';
import { writeNpy } from '../files/write-npy.ts';
import { writeNpz } from '../files/write-npz.ts';
import type { NpyArray } from '../formats/npy.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import { namedFiles, unnamed } from '../opening/named-files.ts';

/** A file that outputs of a network are written to. */
export interface OutputFile {
  readonly path: string;
  readonly kind: 'npy' | 'npz';
  /** Names of the outputs; one for a .npy file. */
  readonly outputs: readonly string[];
}

/**
 * Which outputs of a network go to which files.
 *
 * @param address an .npz file for all; another one for the output that the network decides by; or `name=file` for those that are named,
 * joined by commas
 * @throws UsageError if there is no such output
 */
export function outputFiles(model: Model, address: string): OutputFile[] {
  const known = model.graph.outputs.map(({ name }) => name);
  const files = namedFiles(address) ?? new Map([[unnamed, address]]);
  const unknown = [...files.keys()].find((name) => name !== unnamed && !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError({
      where: `output '${unknown}'`,
      expected: `one of ${known.map((name) => `'${name}'`).join(', ')}`,
      got: 'an output that the network does not have',
      remedy: 'Give the name of an output of the network',
    });
  }
  return [...files].map(([name, path]) => {
    if (name !== unnamed) return { path, kind: 'npy', outputs: [name] };
    return path.endsWith('.npz')
      ? { path, kind: 'npz', outputs: known }
      : { path, kind: 'npy', outputs: [logitsOf(model).name] };
  });
}

/** Writes outputs to their files. */
export async function writeOutputs(
  files: readonly OutputFile[],
  outputs: ReadonlyMap<string, FloatTensor>,
  dataType: 'float32' | 'float64',
): Promise<void> {
  const arrayOf = (name: string): NpyArray => {
    const { shape, data } = lookUp(outputs, name, 'output');
    return { shape: [...shape], dataType, data };
  };
  for (const { path, kind, outputs: names } of files) {
    const [first = ''] = names;
    if (kind === 'npy') await writeNpy(path, arrayOf(first));
    else await writeNpz(path, new Map(names.map((name) => [name, arrayOf(name)])));
  }
}
