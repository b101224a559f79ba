import { describe, expect, it } from 'vitest';
import { OutOfMemoryError, RuntimeError } from '../errors.ts';
import { webAssembly } from '../web-assembly.ts';
import { hungryNetwork } from './hungry-network.fixture.ts';
import { OrtSession } from './ort-session.ts';
import { withBatchInError } from './out-of-memory.ts';

const images = (count: number) => ({ shape: [count, 4], data: new Float32Array(4 * count).fill(0.5) });

describe('a run that is out of memory', () => {
  it('names half of the batch in ONNX Runtime, and the session goes on with it', async () => {
    const session = await OrtSession.create(hungryNetwork());
    const failed = session.run(images(6));
    await expect(failed).rejects.toThrow(OutOfMemoryError);
    await expect(failed).rejects.toThrow(
      /^graph 'hungry', batch 6: expected enough memory, got .*Use a batch of 3\.$/,
    );
    expect((await session.run(images(3))).get('logits')!.shape).toEqual([3, 3]);
    await session.release();
  });

  it.each([
    ['an array buffer', () => new ArrayBuffer(2 ** 52)],
    ['WebAssembly', () => new webAssembly.Memory({ initial: 1, maximum: 2 }).grow(5)],
  ])('is recognised by what %s says', async (_, allocate) => {
    const failed = withBatchInError('here', 1, async () => allocate());
    await expect(failed).rejects.toThrow(OutOfMemoryError);
    await expect(failed).rejects.toThrow('Use fewer workers or time-steps');
  });

  it('is not seen in other errors', async () => {
    const other = new RuntimeError('the session is gone');
    await expect(withBatchInError('here', 4, () => Promise.reject(other))).rejects.toBe(other);
  });
});
