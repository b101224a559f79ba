import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkRecipe, loadRecipe } from './load-recipe.ts';

const recipes = fileURLToPath(new URL('../../../recipes/', import.meta.url));

describe('loadRecipe', () => {
  it('takes every recipe of the project, named after its file', async () => {
    for (const file of (await readdir(recipes)).filter((name) => name.endsWith('.json'))) {
      const { recipe } = await loadRecipe(join(recipes, file));
      expect(`${recipe.name}.json`).toBe(file);
      expect(recipe.description).not.toBe('');
    }
  });

  it('takes a module with the recipe as default export', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'transpike-recipe-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'own.mjs');
    await writeFile(path, `export default ${JSON.stringify(minimal)};`);
    expect((await loadRecipe(path)).recipe.name).toBe('own');
    await expect(loadRecipe(join(folder, 'none.json'))).rejects.toThrow(
      /none\.json: expected a recipe as JSON, or a module .* got no such file or folder/,
    );
  });
});

const minimal = {
  name: 'own',
  network: { kind: 'vit' },
  data: { train: 'glyphs:train', test: 'glyphs:test', channels: 1, mean: [0.5], std: [0.5] },
  optimiser: { kind: 'adam' },
  schedule: { kind: 'constant', learningRate: 0.001 },
  epochs: 1,
  batchSize: 2,
};

describe('checkRecipe', () => {
  it('fills in defaults', () => {
    const { recipe, optimiserOptions, networkSettings } = checkRecipe(minimal, 'own.json');
    expect(recipe).toMatchObject({ seed: 0, activation: { kind: 'relu' }, loss: { labelSmoothing: 0 } });
    expect(optimiserOptions).toMatchObject({ beta1: 0.9, weightDecay: 0 });
    expect(networkSettings).toMatchObject({ embedDim: 96 });
  });

  it('asks of arrays what they can have', () => {
    const wrong = { ...minimal, network: { kind: 's-lista' }, augmentation: { flip: true } };
    expect(() => checkRecipe(wrong, 'own.json')).toThrow(
      [
        'own.json: not a recipe that can be trained.',
        "  - data: expected no mean and std, since 's-lista' reads arrays as they are, got some",
        '  - augmentation: expected none for arrays, got some',
        "  - loss.kind: expected nmse or mse, since targets are numbers, got 'cross-entropy'",
      ].join('\n'),
    );
    expect(() => checkRecipe({ ...minimal, loss: { kind: 'nmse' } }, 'own.json')).toThrow(
      "  - loss.kind: expected a loss of classes, got 'nmse'",
    );
  });

  it('asks of frames of events what they can have', () => {
    const wrong = { ...minimal, network: { kind: 'event-hybrid' }, activation: { kind: 'qcfs' } };
    expect(() => checkRecipe(wrong, 'own.json')).toThrow(
      [
        'own.json: not a recipe that can be trained.',
        "  - data: expected no mean and std, since 'event-hybrid' reads counts of events as they are, got some",
        "  - activation.kind: expected 'relu', got 'qcfs'",
        "  - loss.kind: expected interval-cross-entropy, since it answers once an interval, got 'cross-entropy'",
      ].join('\n'),
    );
  });

  it('asks of boxes what they can have', () => {
    const boxes = { kind: 'event-hybrid', tells: 'boxes', stages: [[2], [3]] };
    const recipe = {
      ...minimal,
      data: { train: 'a', test: 'b' },
      network: boxes,
      augmentation: { rotate: 5 },
    };
    expect(() => checkRecipe(recipe, 'own.json')).toThrow(
      [
        "  - loss.kind: expected boxes, since it tells boxes, got 'cross-entropy'",
        '  - augmentation: expected shift alone, which boxes follow, got others',
      ].join('\n'),
    );
    expect(() => checkRecipe({ ...recipe, network: { ...boxes, border: 2 } }, 'own.json')).toThrow(
      '  - network.border: expected two stages at least and a border of at most 1, since the scales of boxes are analog, got 2 and 2',
    );
  });

  it('lists everything that is wrong', () => {
    const wrong = {
      ...minimal,
      network: { kind: 'vit', embedDim: -1, width: 3 },
      optimiser: { kind: 'sgdd' },
      data: { ...minimal.data, mean: [0, 0] },
    };
    expect(() => checkRecipe(wrong, 'own.json')).toThrow(
      [
        'own.json: not a recipe that can be trained.',
        "  - optimiser.kind: expected one of sgd, adam, adamw, got 'sgdd'",
        '  - network.embedDim: Too small: expected number to be >0',
        '  - network: Unrecognized key: "width"',
        '  - data: expected 1 numbers in mean and in std, one a channel, got 2 and 1',
      ].join('\n'),
    );
    expect(() => checkRecipe({ ...minimal, epochs: 0, batchSize: undefined }, 'own.json')).toThrow(
      /epochs: Too small.*\n.*batchSize: Invalid input/,
    );
  });
});
