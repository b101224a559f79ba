import { expect, it } from 'vitest';
import { compareAnswers } from './compare-answers.ts';

const image = (id: string, label: number | undefined, source: number, answer: number) => ({
  id,
  ...(label !== undefined && { label }),
  source: [source],
  steps: [[9], [answer]],
});

it('counts by image, whatever the order, who alone is right and who alone agrees', () => {
  const first = [image('a', 1, 1, 1), image('b', 2, 2, 2), image('c', 3, 0, 3), image('d', 4, 4, 4)];
  const second = [image('c', 3, 0, 0), image('a', 1, 1, 1), image('b', 2, 2, 0), image('e', 5, 5, 5)];
  expect(compareAnswers(first, second)).toEqual({
    images: 3,
    top1: { onlyFirst: 2, onlySecond: 0, p: 0.5 },
    agreement: { onlyFirst: 1, onlySecond: 1, p: 1 },
  });
});

it('says nothing of who is right without labels', () => {
  expect(compareAnswers([image('a', undefined, 1, 1)], [image('a', undefined, 1, 0)]).top1).toBeNull();
});
