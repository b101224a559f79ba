import type { Events } from '../formats/events/events.ts';

/** Moves an event that insertion may take on average before the events are sorted from the ground. */
const fewMoves = 64;

/** Puts events into the order of their times; those of one time keep their order. What is nearly in order costs little. */
export function sortByTime(events: Events): void {
  if (!insertInPlace(events)) sortFromGround(events);
}

/** @returns false where it gave up; what was there is still there then */
function insertInPlace({ t, x, y, p }: Events): boolean {
  let moves = fewMoves * t.length;
  for (let i = 1; i < t.length; i++) {
    const time = t[i]!;
    if (time >= t[i - 1]!) continue;
    const column = x[i]!;
    const row = y[i]!;
    const polarity = p[i]!;
    let at = i;
    while (at > 0 && t[at - 1]! > time) {
      t[at] = t[at - 1]!;
      x[at] = x[at - 1]!;
      y[at] = y[at - 1]!;
      p[at] = p[at - 1]!;
      at--;
    }
    t[at] = time;
    x[at] = column;
    y[at] = row;
    p[at] = polarity;
    moves -= i - at;
    if (moves < 0) return false;
  }
  return true;
}

function sortFromGround({ t, x, y, p }: Events): void {
  const order = Uint32Array.from(t, (_, i) => i).sort((a, b) => t[a]! - t[b]! || a - b);
  for (const column of [t, x, y, p]) {
    const old = column.slice();
    for (let i = 0; i < order.length; i++) column[i] = old[order[i]!]!;
  }
}
