import { inputName } from './define-architecture.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** Repeats a value [1, ...rest] for every image of the batch. */
export function addForEach(
  net: NetworkBuilder,
  path: string,
  value: string,
  rest: readonly number[],
): string {
  const batch = net.op('Shape', [inputName], { start: 0, end: 1 }, { name: `${path}.batch` });
  const lengths = net.integers(`${path}.lengths`, rest);
  const shape = net.op('Concat', [batch, lengths], { axis: 0 }, { name: `${path}.shape` });
  return net.op('Expand', [value, shape], {}, { name: path });
}
