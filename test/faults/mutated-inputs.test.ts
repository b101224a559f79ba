/**
 * Damaged inputs of every kind: each gives a clean error or a result, never a fault of the program, and what has checksums gives
 * what was written or nothing. `TRANSPIKE_FUZZ_ROUNDS` (200) and `TRANSPIKE_FUZZ_SEED` (1) make other and longer runs.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { saveCheckpoint, tiny, tinyImages, tinyWeights } from '../../src/checkpoints/tiny-vit.fixture.ts';
import { TranspikeError } from '../../src/errors.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { writeNpy } from '../../src/files/write-npy.ts';
import { writeOnnx } from '../../src/files/write-onnx.ts';
import { convertNetwork } from '../../src/jobs/convert-network.ts';
import { openDataset } from '../../src/opening/open-dataset.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { Random } from '../../src/random.ts';
import { makeRun } from '../../src/report/evaluation-run.fixture.ts';
import { readRun } from '../../src/runs/read-run.ts';
import { RunRecord } from '../../src/runs/run-record.ts';
import { OrtSession } from '../../src/sessions/ort-session.ts';
import { loadRecipe } from '../../src/training/recipe/load-recipe.ts';
import type { RecipeInput } from '../../src/training/recipe/recipe.ts';
import { openRecipeData } from '../../src/training/run/open-recipe-data.ts';
import { train } from '../../src/training/run/train.ts';
import { readTrainingCheckpoint } from '../../src/training/run/training-checkpoint.ts';
import { TuningJournal } from '../../src/tuning/search/tuning-journal.ts';
import { mutateBytes, mutateJson } from './mutate.fixture.ts';

const rounds = Number(process.env.TRANSPIKE_FUZZ_ROUNDS ?? 200);
const seed = Number(process.env.TRANSPIKE_FUZZ_SEED ?? 1);

let folder: string;
let run: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mutated-'));
  await mkdir(at('vit'));
  await saveCheckpoint(at('vit'), tinyWeights());
  await writeFile(at('vit/preprocessor_config.json'), JSON.stringify(preprocessing));
  const shape = [12, 3, tiny.height, tiny.width];
  await writeNpy(at('x.npy'), { shape, dataType: 'float32', data: tinyImages(12) });
  const source = await openNetwork(at('vit'));
  await writeOnnx(source.model, at('source.onnx'));
  const { model } = await convertNetwork(source, { calibration: at('x.npy'), steps: 2 });
  await writeOnnx(model, at('spiking.onnx'));
  await mkdir(at('mnist'));
  await writeFile(at('mnist/t10k-images-idx3-ubyte'), idx([4, 6, 5]));
  await writeFile(at('mnist/t10k-labels-idx1-ubyte'), idx([4]));
  await writeFile(at('thresholds.json'), JSON.stringify(thresholds));
  await writeFile(at('recipe.json'), JSON.stringify(recipe));
  ({ folder: run } = await makeRun());
  await mkdir(at('interrupted'));
  for (const name of ['run.json', 'batches.jsonl']) await cp(join(run, name), at(`interrupted/${name}`));
  await train(recipe, { out: at('training'), stopAtStep: 1 });
  const journal = await TuningJournal.open(at('tuning'), { model: 'tiny' });
  for (let i = 0; i < 6; i++) await journal.addSensitivity(`site${i}`, { error: i, bias: i / 2 });
});
afterAll(async () => {
  for (const each of [folder, run]) await rm(each, { recursive: true, force: true });
});

const at = (path: string) => join(folder, path);

const preprocessing = {
  image_processor_type: 'ViTImageProcessor',
  do_resize: true,
  size: { height: tiny.height, width: tiny.width },
  resample: 3,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};

const thresholds = Array.from({ length: 2 }, (_, block) =>
  ['fc_qkv', 'q', 'k', 'v', 's', 'fc_out', 'fc1', 'fc2'].map((place) => ({
    name: `blocks.${block}.${place}`,
    place,
    scale_p: 0.1,
    scale_n: 0.05,
    times: 4,
    gap: 2,
  })),
).flat();

const recipe: RecipeInput = {
  name: 'tiny',
  seed: 5,
  network: { kind: 'resnet', width: 4, blocks: 1 },
  data: { train: 'glyphs:train?size=16', test: 'glyphs:test?size=8', channels: 1, mean: [0.3], std: [0.2] },
  augmentation: { shift: 2, flip: true },
  loss: { kind: 'cross-entropy', labelSmoothing: 0.1 },
  optimiser: { kind: 'sgd', nesterov: true, weightDecay: 0.001 },
  schedule: { kind: 'cosine', learningRate: 0.01, warmupSteps: 3 },
  epochs: 2,
  batchSize: 8,
};

function idx(shape: readonly number[]): Uint8Array {
  const head = new Uint8Array(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  for (const [axis, length] of shape.entries()) new DataView(head.buffer).setUint32(4 + 4 * axis, length);
  const size = shape.reduce((product, length) => product * length, 1);
  return Uint8Array.from([...head, ...Array.from({ length: size }, (_, i) => i % 10)]);
}

/** Opens a network and runs it once, if its input is what the images are. */
async function runNetwork(path: string): Promise<void> {
  const { model } = await openNetwork(path);
  const session = await OrtSession.create(model);
  await session
    .run({ shape: [2, 3, tiny.height, tiny.width], data: tinyImages(2) })
    .finally(() => session.release());
}

async function readData(path: string): Promise<void> {
  const dataset = await openDataset(path);
  for (let i = 0; i < dataset.size; i++) await dataset.sample(i);
}

const sites = (journal: TuningJournal) => [...journal.sensitivities];
const settings = { model: 'tiny-vit', data: 'random', steps: 3 };

/** What reads a file, and, where it has checksums, what may come of it: what was written, or a part of that. */
interface Kind {
  readonly file: () => string;
  readonly use: () => Promise<unknown>;
  readonly json?: true;
  readonly exact?: true;
}

const kinds: Readonly<Record<string, Kind>> = {
  'an ONNX file': { file: () => at('source.onnx'), use: () => runNetwork(at('source.onnx')) },
  'a spiking ONNX file': { file: () => at('spiking.onnx'), use: () => runNetwork(at('spiking.onnx')) },
  'a safetensors file': { file: () => at('vit/model.safetensors'), use: () => runNetwork(at('vit')) },
  'an .npy file': {
    file: () => at('x.npy'),
    use: async () => [await readNpy(at('x.npy')), await readData(at('x.npy'))],
  },
  'IDX pictures': { file: () => at('mnist/t10k-images-idx3-ubyte'), use: () => readData(at('mnist')) },
  'IDX labels': { file: () => at('mnist/t10k-labels-idx1-ubyte'), use: () => readData(at('mnist')) },
  'a configuration': { file: () => at('vit/config.json'), use: () => openNetwork(at('vit')), json: true },
  preprocessing: {
    file: () => at('vit/preprocessor_config.json'),
    use: () => openNetwork(at('vit')),
    json: true,
  },
  thresholds: {
    file: () => at('thresholds.json'),
    use: async () => {
      const network = await openNetwork(at('vit'));
      return convertNetwork(network, { thresholds: at('thresholds.json'), steps: 2 });
    },
    json: true,
  },
  'a recipe': {
    file: () => at('recipe.json'),
    use: async () => openRecipeData(await loadRecipe(at('recipe.json')), undefined),
    json: true,
  },
  'a result': { file: () => join(run, 'result.json'), use: () => readRun(run), json: true, exact: true },
  'the settings of a run': {
    file: () => at('interrupted/run.json'),
    use: async () => (await RunRecord.open(at('interrupted'), settings)).done,
    json: true,
    exact: true,
  },
  'the batches of a run': {
    file: () => at('interrupted/batches.jsonl'),
    use: async () => (await RunRecord.open(at('interrupted'), settings)).done,
    exact: true,
  },
  'a tuning': {
    file: () => at('tuning/tuning.jsonl'),
    use: async () => sites(await TuningJournal.open(at('tuning'), { model: 'tiny' })),
    exact: true,
  },
  'a checkpoint of a training': {
    file: () => at('training/checkpoint.safetensors'),
    use: () => readTrainingCheckpoint(at('training')),
    exact: true,
  },
};

it.each(Object.entries(kinds))(
  '%s that is damaged gives a clean error or what it says',
  async (name, kind) => {
    const path = kind.file();
    const whole = await readFile(path);
    const wanted = await kind.use();
    const faults: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const random = new Random(seed, name.length, round);
      await writeFile(path, (kind.json ? mutateJson : mutateBytes)(whole, random));
      try {
        const got = await kind.use();
        if (kind.exact && !isPartOf(got, wanted)) faults.push(`round ${round}: another result`);
      } catch (error) {
        if (!(error instanceof TranspikeError)) faults.push(`round ${round}: ${(error as Error).stack}`);
      }
    }
    await writeFile(path, whole);
    expect(faults).toEqual([]);
  },
);

/** Lists may lack entries; all else is the same. */
function isPartOf(got: unknown, whole: unknown): boolean {
  if (!Array.isArray(whole)) return same(got, whole);
  return Array.isArray(got) && got.every((each) => whole.some((other) => same(each, other)));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
