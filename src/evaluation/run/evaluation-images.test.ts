import { describe, expect, it } from 'vitest';
import type { Batch } from '../../data/load-batch.ts';
import { EvaluationImages } from './evaluation-images.ts';

/** Images a…j in batches of three. @param read is told of every image that is read */
function data(read: string[] = []) {
  return {
    size: 10,
    async *batches(skip: ReadonlySet<string>): AsyncGenerator<Batch> {
      const left = [...'abcdefghij'].filter((id) => !skip.has(id));
      for (let from = 0; from < left.length; from += 3) {
        const ids = left.slice(from, from + 3);
        read.push(...ids);
        const numbers = ids.flatMap((id) => [id.charCodeAt(0), 0]);
        yield {
          ids,
          labels: ids.map(() => undefined),
          shape: [ids.length, 2],
          data: Float32Array.from(numbers),
        };
      }
    },
  };
}

const progress = (...ids: string[]) => ({ ids: new Set(ids), skip: () => undefined });

async function idsOf(batches: AsyncIterator<Batch>): Promise<string[]> {
  const found: string[] = [];
  for (let next = await batches.next(); !next.done; next = await batches.next()) {
    found.push(next.value.ids.join(''));
  }
  return found;
}

describe('EvaluationImages', () => {
  it('gives the first images where all were read elsewhere meanwhile', async () => {
    const elsewhere = progress();
    const images = new EvaluationImages(data(), elsewhere, 4);
    for (const id of 'abcdefghij') elsewhere.ids.add(id);
    expect((await images.first(4))?.ids).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives the first images before and after all of them, and reads each once', async () => {
    const read: string[] = [];
    const images = new EvaluationImages(data(read), progress(), 4);
    expect((await images.first(4))?.ids).toEqual(['a', 'b', 'c', 'd']);
    expect(await idsOf(images.remaining())).toEqual(['abc', 'def', 'ghi', 'j']);
    expect(await idsOf(images.firstImages())).toEqual(['abc', 'd']);
    expect((await images.first(2))?.ids).toEqual(['a', 'b']);
    expect(read.join('')).toBe('abcdefghij');
  });

  it('gives the first images of all where some are done already', async () => {
    const images = new EvaluationImages(data(), progress('a', 'c', 'd'), 4);
    expect(await idsOf(images.remaining())).toEqual(['bef', 'ghi', 'j']);
    expect(await images.first(4)).toEqual({
      ids: ['a', 'b', 'c', 'd'],
      labels: [undefined, undefined, undefined, undefined],
      shape: [4, 2],
      data: Float32Array.from([97, 0, 98, 0, 99, 0, 100, 0]),
    });
    const parts = images.firstImages();
    await parts.next();
    expect((await parts.next()).value).toEqual({
      ids: ['d'],
      labels: [undefined],
      shape: [1, 2],
      data: Float32Array.of('d'.charCodeAt(0), 0),
    });
  });

  it('stops reading when it is closed', async () => {
    const read: string[] = [];
    const images = new EvaluationImages(data(read), progress(), 4);
    await images.first(3);
    await images.close();
    expect(await idsOf(images.remaining())).toEqual(['abc']);
    expect(read.join('')).toBe('abc');
  });
});
