import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { scaledWithTwoOutputs, tokenNetwork } from '../engines/input-networks.fixture.ts';
import { encodeNpz } from '../files/npz.fixture.ts';
import { writeNpy } from '../files/write-npy.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import type { NpyArray } from '../formats/npy.ts';
import type { NamedInputs } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { absoluteDataPath } from './absolute-data-path.ts';
import { openInputs } from './open-inputs.ts';
import { type Network, openNetwork } from './open-network.ts';

let folder: string;
let tokens: Network;
let scaled: Network;

async function opened(name: string, model: Model): Promise<Network> {
  const path = join(folder, `${name}.onnx`);
  await writeOnnx(model, path);
  return openNetwork(path);
}

function whole(shape: number[], largest: number): NpyArray {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    shape,
    dataType: 'int64',
    data: BigInt64Array.from({ length: size }, (_, i) => BigInt(i % largest)),
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inputs-'));
  tokens = await opened('tokens', tokenNetwork('sequence'));
  scaled = await opened('scaled', scaledWithTwoOutputs());
  await writeNpy(join(folder, 'ids.npy'), whole([5, 4], 11));
  await writeNpy(join(folder, 'mask.npy'), whole([5, 4], 2));
  await writeNpy(join(folder, 'positions.npy'), whole([4], 9));
  await writeNpy(join(folder, 'x.npy'), {
    shape: [3, 5],
    dataType: 'float64',
    data: new Float64Array(15).fill(0.1),
  });
  await writeNpy(join(folder, 'labels.npy'), whole([5], 3));
  const arrays = {
    input_ids: whole([5, 4], 11),
    attention_mask: whole([5, 4], 2),
    position_ids: whole([4], 9),
  };
  await writeFile(join(folder, 'all.npz'), encodeNpz(arrays, true));
});

const at = (name: string) => join(folder, name);

describe('inputs by name', () => {
  it.each([
    ['an .npz file', () => at('all.npz')],
    [
      'a file for each',
      () => `input_ids=${at('ids.npy')},attention_mask=${at('mask.npy')},position_ids=${at('positions.npy')}`,
    ],
    [
      'one without a name for the first',
      () => `${at('ids.npy')},position_ids=${at('positions.npy')},attention_mask=${at('mask.npy')}`,
    ],
  ])('become batches: %s', async (_, address) => {
    const inputs = await openInputs(tokens, address(), { batchSize: 2, limit: 3, labels: at('labels.npy') });
    const batches = [];
    for await (const batch of inputs.batches(new Set(['0']))) batches.push(batch);
    expect(inputs.dataset).toMatchObject({ size: 3, labelled: true });
    expect(batches.map(({ ids, labels }) => ({ ids, labels }))).toEqual([
      { ids: ['1', '3'], labels: [1, 0] },
    ]);
    const { inputs: named, shared } = batches[0] as unknown as NamedInputs;
    expect(named).toMatchObject({
      input_ids: { shape: [2, 4], data: BigInt64Array.of(4n, 5n, 6n, 7n, 1n, 2n, 3n, 4n) },
      attention_mask: { shape: [2, 4] },
      position_ids: { shape: [4], data: BigInt64Array.of(0n, 1n, 2n, 3n) },
    });
    expect(shared).toEqual(['position_ids']);
  });

  it('take a number for a scalar, and keep the precision of the others', async () => {
    const inputs = await openInputs(scaled, `x=${at('x.npy')},scale=0.5`);
    const { value } = await inputs.batches().next();
    expect((value as NamedInputs).inputs).toEqual({
      x: { shape: [3, 5], data: new Float64Array(15).fill(0.1) },
      scale: expect.objectContaining({ shape: [], data: Float64Array.of(0.5) }),
    });
  });

  it('are refused all at once where they do not fit the network', async () => {
    const address = `ids=${at('ids.npy')},attention_mask=${at('labels.npy')},position_ids=${at('positions.npy')}`;
    await expect(openInputs(tokens, address)).rejects.toThrow(
      [
        `${address}: graph 'several inputs': inputs do not fit:`,
        "  - input 'input_ids': expected shape [?,sequence], got none. Give a tensor for every input.",
        "  - input 'attention_mask': expected shape [?,sequence], got [5]. Give an input of the shape the network was made for.",
        "  - input 'ids': expected one of 'input_ids', 'attention_mask', 'position_ids', got an input that the network does not have. Leave it out, or give it the name that the network has.",
      ].join('\n'),
    );
  });

  it('are refused with options that do nothing for arrays', async () => {
    await expect(openInputs(tokens, at('all.npz'), { split: 'train' })).rejects.toThrow(
      `${at('all.npz')}: expected only the options labels, targets, limit and batchSize for arrays, got split. Leave out the options that do nothing here.`,
    );
  });

  it('have addresses that do not depend on the current folder', () => {
    expect(absoluteDataPath('a.npy,b=c.npy,scale=0.5')).toBe(
      `${process.cwd()}/a.npy,b=${process.cwd()}/c.npy,scale=0.5`,
    );
  });
});
