import { onnxDataType } from '../graph/data-type.ts';
import { Tensor } from '../graph/tensor.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** The positions of a sequence's tokens, counted from 0: int64 values. */
export interface TokenPositions {
  /** [tokens] */
  readonly row: string;
  /** [tokens, 1] */
  readonly rows: string;
  /** How many there are, [1]. */
  readonly count: string;
}

/**
 * Adds the positions of the tokens of an input [batch, tokens].
 *
 * @param input name of that input
 */
export function addTokenPositions(net: NetworkBuilder, input: string): TokenPositions {
  const count = net.op('Shape', [input], { start: 1, end: 2 }, { name: 'positions.count' });
  const end = net.op('Squeeze', [count], {}, { name: 'positions.end' });
  const [start, step] = [0, 1].map((value) => net.constant(`positions.${value}`, Tensor.int64([], [value])));
  const row = net.op('Range', [start!, end, step!], {}, { name: 'positions' });
  const rows = net.op(
    'Unsqueeze',
    [row, net.integers('positions.axis', [1])],
    {},
    { name: 'positions.rows' },
  );
  return { row, rows, count };
}

/** Which tokens a token sees, beside that no token sees padding. */
export interface Sight {
  /** Only those before it, and itself. */
  readonly causal: boolean;
  /** Only so many to either side; `undefined`: all. */
  readonly reach: number | undefined;
}

/** What is added to the scores of pairs that do not see each other: their share is 0 after the softmax. */
const unseen = -1e9;

/**
 * Adds what keeps tokens from seeing others: float32 [batch, 1, tokens or 1, tokens], 0 where they see each other.
 *
 * @param mask name of an input int64 [batch, tokens], 0 for padding
 */
export function addTextBias(
  net: NetworkBuilder,
  mask: string,
  { row, rows }: TokenPositions,
  { causal, reach }: Sight,
): string {
  const name = reach === undefined ? 'mask' : `mask.${reach}`;
  const axes = net.integers(`${name}.axes`, [1, 2]);
  const spread = net.op('Unsqueeze', [mask, axes], {}, { name: `${name}.spread` });
  let seen = net.op('Cast', [spread], { to: onnxDataType('bool') }, { name: `${name}.tokens` });
  if (causal) {
    const before = net.op('LessOrEqual', [row, rows], {}, { name: `${name}.before` });
    seen = net.op('And', [seen, before], {}, { name: `${name}.causal` });
  }
  if (reach !== undefined) {
    const distance = net.op(
      'Abs',
      [net.op('Sub', [row, rows], {}, { name: `${name}.offset` })],
      {},
      { name: `${name}.distance` },
    );
    const limit = net.constant(`${name}.reach`, Tensor.int64([], [reach]));
    const near = net.op('LessOrEqual', [distance, limit], {}, { name: `${name}.near` });
    seen = net.op('And', [seen, near], {}, { name: `${name}.local` });
  }
  const [nothing, much] = [net.scalar(`${name}.zero`, 0), net.scalar(`${name}.unseen`, unseen)];
  return net.op('Where', [seen, nothing, much], {}, { name });
}
