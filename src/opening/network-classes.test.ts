import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tinyConfig, tinyWeights, writeCheckpoint } from '../checkpoints/tiny-vit.fixture.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { openNetwork } from './open-network.ts';

const names = ['owl', 'cat', 'dog', 'elk', 'ant'];

async function classesWith(config: object): Promise<readonly string[] | undefined> {
  const folder = await writeCheckpoint(tinyWeights(), { ...tinyConfig, ...config });
  return (await openNetwork(folder)).classNames;
}

describe('the classes of a network', () => {
  it('come from label_names, with words where there are some', async () => {
    expect(await classesWith({ label_names: names })).toEqual(names);
    const ids = names.map((_, i) => `n0000000${i}`);
    const label_descriptions = Object.fromEntries(ids.map((id, i) => [id, names[i]]));
    const described = ids.map((id, i) => `${id} ${names[i]}`);
    expect(await classesWith({ label_names: ids, label_descriptions })).toEqual(described);
    expect(
      await classesWith({
        pretrained_cfg: {
          label_names: names,
          input_size: [3, 8, 12],
          crop_mode: 'squash',
          mean: [0, 0, 0],
          std: [1, 1, 1],
        },
      }),
    ).toEqual(names);
  });

  it('come from id2label, unless that only counts', async () => {
    expect(await classesWith({ id2label: Object.fromEntries(names.entries()) })).toEqual(names);
    const counted = names.map((_, i) => [i, `LABEL_${i}`]);
    expect(await classesWith({ id2label: Object.fromEntries(counted) })).toBeUndefined();
  });

  it('are none where there are not as many as logits', async () => {
    expect(await classesWith({ label_names: names.slice(1) })).toBeUndefined();
  });

  it('come from a file when told, stay in the model, and must be as many as its logits', async () => {
    const folder = await writeCheckpoint(tinyWeights(), { ...tinyConfig, label_names: names });
    const file = join(folder, 'names.txt');
    const others = names.toReversed();
    await writeFile(file, others.join('\n'));
    const { model, classNames } = await openNetwork(folder, { classes: file });
    expect(classNames).toEqual(others);
    await writeOnnx(model, join(folder, 'told.onnx'));
    expect((await openNetwork(join(folder, 'told.onnx'))).classNames).toEqual(others);
    await writeFile(file, 'owl\ncat');
    await expect(openNetwork(folder, { classes: file })).rejects.toThrow(
      `${file}: expected a line for each of the 5 classes of the network, got 2 lines. Give the classes of this network in the order of its logits.`,
    );
  });
});
