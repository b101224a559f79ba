import { UsageError } from '../errors.ts';
import { readNpy } from '../files/read-npy.ts';
import { bindInputs } from '../graph/bind-inputs.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import { namedFiles } from '../opening/named-files.ts';
import type { Network } from '../opening/open-network.ts';
import { readNamedInputs } from '../opening/read-named-inputs.ts';

/** Reads what goes into a network. Numbers keep the precision that they come in, for the float64 engine. */
export async function readInput({ model: { graph } }: Network, where: string): Promise<InputBatch> {
  const isAlone = graph.inputs.length === 1 && where.endsWith('.npy') && !namedFiles(where);
  if (!isAlone) return readNamedInputs(graph, where);
  const array = await readNpy(where);
  if (array.data.length > 0) {
    bindInputs(graph, array);
    return { shape: array.shape, data: array.data };
  }
  throw new UsageError({
    where,
    expected: 'at least one input',
    got: `shape [${array.shape.join(', ')}]`,
    remedy: 'Give a stack [N, …] of inputs',
  });
}
