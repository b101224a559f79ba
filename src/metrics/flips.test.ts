import { expect, it } from 'vitest';
import { countFlips } from './flips.ts';

it('counts the images that leave the source network’s class, and what became of them', () => {
  const image = (label: number | undefined, source: number, last: number) => ({
    id: `${label}-${source}-${last}`,
    ...(label !== undefined && { label }),
    source: [source, 9],
    steps: [[source], [last, 9]],
  });
  const images = [
    image(1, 1, 1),
    image(1, 1, 2),
    image(3, 1, 2),
    image(2, 1, 2),
    image(3, 5, 4),
    image(3, 4, 5),
  ];
  expect(countFlips(images)).toEqual({
    images: 5,
    outcome: { lost: 1, won: 1, neither: 3 },
    pairs: [
      { source: 1, spiking: 2, images: 3 },
      { source: 4, spiking: 5, images: 1 },
      { source: 5, spiking: 4, images: 1 },
    ],
  });
  expect(countFlips([image(undefined, 1, 2)])).toMatchObject({ images: 1, outcome: null });
  expect(countFlips([{ id: 'a', source: [1], steps: [] }])).toEqual({ images: 0, outcome: null, pairs: [] });
});
