import { expect, it } from 'vitest';
import { stopWhenConfident } from './stop-when-confident.ts';

it('holds the logits of an image from the first step on that is confident enough', () => {
  // Two classes: logits [0, ln 9] have confidence 0.9, [0, ln 3] have 0.75, [0, 0] have 0.5.
  const [half, three, nine] = [
    [0, 0],
    [0, Math.log(3)],
    [0, Math.log(9)],
  ];
  const steps = [
    [half, nine, half],
    [three, half, three],
    [nine, three, half],
  ];
  const { logits, exits, confident } = stopWhenConfident(
    { shape: [3, 3, 2], data: Float64Array.from(steps.flat(2) as number[]) },
    0.7,
  );
  expect(exits).toEqual([2, 1, 2]);
  expect(confident).toBe(3);
  const held = [
    [half, nine, half],
    [three, nine, three],
    [three, nine, three],
  ];
  expect(Array.from(logits.data)).toEqual(held.flat(2));
});

it('lets an image that is never sure run to the last step, unchanged', () => {
  const data = Float32Array.from([0, 0, 0, 1]);
  const { logits, exits, confident } = stopWhenConfident({ shape: [2, 1, 2], data }, 0.99);
  expect([exits, confident]).toEqual([[2], 0]);
  expect(logits.data).toEqual(data);
});
