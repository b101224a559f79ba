import type { TokenInputs } from '../analysis/token-inputs.ts';
import { castNumbers } from '../graph/cast-numbers.ts';
import type { ValueInfo } from '../graph/graph.ts';
import type { InputTensor, NamedInputs } from '../graph/input-batch.ts';
import type { TokenSequence } from './text-tokenizer.ts';
import type { Side } from './tokenizer-settings.ts';

/** How sequences become a batch. */
export interface PadOptions {
  /** Tokens that each row has: no sequence is longer. */
  readonly length: number;
  /** Number of the token that fills rows up. */
  readonly padding: number;
  /** Where rows are filled up. */
  readonly side: Side;
}

/**
 * One batch of sequences, as a network that reads text takes it: numbers of tokens [N, length], and where it has inputs for them the mask (0 for
 * padding), the types, and the positions, of which the first token has 0 and padding has 0, too.
 */
export function tokenBatch(
  inputs: TokenInputs,
  sequences: readonly Pick<TokenSequence, 'ids' | 'types'>[],
  { length, padding, side }: PadOptions,
): NamedInputs {
  const rows = (info: ValueInfo | undefined, filler: number, row: (each: Sequence) => readonly number[]) =>
    info ? [[info.name, tensorOf(info, sequences.map(row), { length, padding: filler, side })] as const] : [];
  return {
    inputs: Object.fromEntries([
      ...rows(inputs.ids, padding, ({ ids }) => ids),
      ...rows(inputs.mask, 0, ({ ids }) => ids.map(() => 1)),
      ...rows(inputs.types, 0, ({ types }) => types),
      ...rows(inputs.positions, 0, ({ ids }) => ids.map((_, i) => i)),
    ]),
  };
}

type Sequence = Pick<TokenSequence, 'ids' | 'types'>;

function tensorOf(
  { dataType = 'int64' }: ValueInfo,
  rows: readonly (readonly number[])[],
  { length, padding, side }: PadOptions,
): InputTensor {
  const data = new Int32Array(rows.length * length).fill(padding);
  for (const [i, row] of rows.entries()) {
    data.set(row, i * length + (side === 'left' ? length - row.length : 0));
  }
  return { shape: [rows.length, length], data: castNumbers(data, dataType) };
}
