import type { Node } from '../graph/node.ts';

/** Operators that move or choose what they read, integers or floats alike. */
const carriers = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Slice',
  'Gather',
  'Concat',
  'MaxPool',
  'Split',
]);

/** Whether an operator gives what it reads, whole numbers where it reads such. */
export function carriesIntegers({ opType, domain }: Pick<Node, 'opType' | 'domain'>): boolean {
  return domain === '' && carriers.has(opType);
}
