import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scaledWithTwoOutputs, tokenNetwork, twoPictures } from '../../src/engines/input-networks.fixture.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import { writeNpy } from '../../src/files/write-npy.ts';
import { writeOnnx } from '../../src/files/write-onnx.ts';
import { Random } from '../../src/random.ts';
import { runCli } from './run-cli.fixture.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const cli = (line: string) => runCli(folder, line.split(' '));

const [samples, steps] = [6, 3];
const random = new Random(5);
const waves = (length: number) => Float32Array.from({ length }, () => random.normal());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transpike-inputs-'));
  await writeOnnx(tokenNetwork(), at('bert.onnx'));
  await writeOnnx(twoPictures(), at('stereo.onnx'));
  await writeOnnx(scaledWithTwoOutputs(), at('two.onnx'));
  const integers = (shape: number[], of: (i: number) => number) => ({
    shape,
    dataType: 'int64' as const,
    data: BigInt64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => BigInt(of(i))),
  });
  await writeNpy(
    at('ids.npy'),
    integers([samples, 6], (i) => (7 * i) % 11),
  );
  await writeNpy(
    at('mask.npy'),
    integers([samples, 6], (i) => (i % 6 < 4 ? 1 : 0)),
  );
  await writeNpy(
    at('places.npy'),
    integers([6], (i) => i),
  );
  await writeNpy(
    at('classes.npy'),
    integers([samples], (i) => i % 3),
  );
  await writeNpy(at('left.npy'), {
    shape: [samples, steps, 2, 6, 6],
    dataType: 'float32',
    data: waves(samples * steps * 72),
  });
  await writeNpy(at('right.npy'), {
    shape: [samples, 8, 8, 1],
    dataType: 'uint8',
    data: Uint8Array.from({ length: samples * 64 }, () => random.integer(250)),
  });
  await writeNpy(at('x.npy'), { shape: [samples, 5], dataType: 'float32', data: waves(samples * 5) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Converts, evaluates in two workers and runs in both precisions. @returns the result, and shape and difference of both runs */
async function goThrough(model: string, inputs: readonly string[], overTime = '') {
  const given = inputs.map((each) => `--input ${each}`).join(' ');
  const done = async (line: string) => {
    const { code, stdout, stderr } = await cli(line);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  await done(`convert ${model}.onnx ${overTime}${given} -T ${steps} -o ${model}.snn.onnx`);
  const first = inputs[0]!;
  const more = inputs.slice(1).map((each) => `--input ${each}`);
  const result = JSON.parse(
    await done(
      [`evaluate ${model}.snn.onnx --data ${first}`, ...more, '--labels classes.npy --workers 2 --json'].join(
        ' ',
      ),
    ),
  );
  await done(`run ${model}.snn.onnx ${given} -o ${model}.npy`);
  await done(`run ${model}.snn.onnx ${given} --precision float64 -o ${model}64.npy`);
  const [fast, exact] = [await readNpy(at(`${model}.npy`)), await readNpy(at(`${model}64.npy`))];
  const differences = Array.from({ length: fast.data.length }, (_, i) =>
    Math.abs(Number(fast.data[i]) - Number(exact.data[i])),
  );
  return { result, shape: fast.shape, difference: Math.max(...differences) };
}

describe('inputs by name', () => {
  it.each([
    [
      'tokens, a mask and positions',
      'bert',
      ['input_ids=ids.npy', 'attention_mask=mask.npy', 'position_ids=places.npy'],
      '',
    ],
    [
      'two pictures, one of which changes',
      'stereo',
      ['left=left.npy', 'right=right.npy'],
      '--over-time left ',
    ],
    ['features and a number', 'two', ['x=x.npy', 'scale=0.5'], ''],
  ])(
    '%s go through convert, evaluate and run',
    async (_, model, inputs, overTime) => {
      const { result, shape, difference } = await goThrough(model, inputs, overTime);
      expect(result.images).toBe(samples);
      expect(result.steps).toHaveLength(steps);
      expect(shape).toEqual([steps, samples, 3]);
      expect(difference).toBeLessThan(1e-5);
    },
    60_000,
  );

  it('are all told of that are missing or wrong', async () => {
    const { code, stderr } = await cli(
      'convert bert.onnx --input input_ids=ids.npy --input attention_mask=right.npy --input mask=mask.npy -o b.onnx',
    );
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      "input 'attention_mask': expected shape [?,6], got [6,8,8,1]. Give an input of the shape the network was made for. - input 'position_ids': expected shape [6], got none. Give a tensor for every input. - input 'mask': expected one of 'input_ids', 'attention_mask', 'position_ids', got an input that the network does not have.",
    );
  });
});

describe('outputs of a run', () => {
  it('go to a file each, or all to one archive', async () => {
    await cli('convert two.onnx --input x=x.npy --input scale=0.5 -T 3 -o outputs.snn.onnx');
    const run = 'run outputs.snn.onnx --input x=x.npy --input scale=0.5 -o ';
    expect((await cli(`${run}y.npy --output z=z.npy`)).stdout).toBe(
      'y.npy: running-mean logits [3, 6, 3], float32\nz.npy: running-mean z [3, 6, 2], float32\n',
    );
    expect((await cli(`${run}all.npz`)).stdout).toBe(
      'all.npz: running-mean outputs logits [3, 6, 3], z [3, 6, 2], float32\n',
    );
    const all = await readNpz(at('all.npz'));
    expect([...all.keys()]).toEqual(['y', 'z']);
    expect(all.get('y')).toEqual(await readNpy(at('y.npy')));
    expect(all.get('z')).toEqual(await readNpy(at('z.npy')));
    const { code, stderr } = await cli(`${run}boxes=boxes.npy`);
    expect([code, stderr]).toEqual([
      2,
      "error: output 'boxes': expected one of 'y', 'z', got an output that the network does not have. Give the name of an output of the network.\n",
    ]);
  }, 30_000);
});

describe('a stream', () => {
  const film = '--input left=left.npy --input right=right.npy';

  it('is run window by window, as one long window where averages go on', async () => {
    const made = await cli(`convert stereo.onnx --over-time left ${film} -T ${steps} -o film.snn.onnx`);
    expect(made.code, made.stderr).toBe(0);
    const answers: Float64Array[] = [];
    for (const form of [`-T ${steps}`, '-T 1 --stream continued', '-T 1 --stream restarted']) {
      const { code, stderr } = await cli(`run film.snn.onnx ${film} ${form} -o film.npy --force`);
      expect(code, stderr).toBe(0);
      const { shape, data } = await readNpy(at('film.npy'));
      expect(shape).toEqual([steps, samples, 3]);
      answers.push(Float64Array.from(data as Float32Array));
    }
    const [long = [], continued = [], restarted = []] = answers;
    const difference = (other: ArrayLike<number>) =>
      Math.max(...Array.from(long, (each, i) => Math.abs(each - (other[i] ?? 0))));
    expect(difference(continued)).toBeLessThan(1e-6);
    expect(difference(restarted)).toBeGreaterThan(1e-3);
  }, 60_000);

  it('is evaluated sample by sample, in the order of the data', async () => {
    const data = '--data left=left.npy --input right=right.npy --labels classes.npy';
    const evaluate = (form: string) =>
      cli(`evaluate film.snn.onnx ${data} --workers 1 --no-quantised ${form}`);
    const { code, stdout, stderr } = await evaluate('--stream restarted --run stream');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      'one stream of 6 samples in the order of the data: the neurons went on from each to the next, averages began anew with each\n',
    );
    const refused = await evaluate('--stream continued --run refused');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'error: evaluation of a stream: expected averages that restart with each sample, which is what the source network answers to, got averages that go on over all samples. Let them restart, or run the stream and measure what it gives (--stream).\n',
    ]);
  }, 60_000);

  it.each([
    [
      '-T 2',
      "input 'left': expected 2 time-steps on the axis behind the batch, got 3. Give inputs over 2 steps, or run 3 steps (-T).",
    ],
    [
      '-T 4',
      "input 'left': expected 4 time-steps on the axis behind the batch, got 3. Give inputs over 4 steps, or run 3 steps (-T).",
    ],
    [
      '-T 1',
      "input 'left': expected 1 time-step on the axis behind the batch, got 3. Give inputs over 1 step, run 3 steps, or see them as a stream of windows (-T, --stream).",
    ],
    [
      '-T 2 --stream restarted',
      'stream: expected inputs over time, in windows of 2 steps, got 3 steps. Leave the last steps out, fill them up, or use windows of another length (-T).',
    ],
    [
      '-T 3 --stream restarted --exit-confidence 0.9',
      'a stream: expected no exitConfidence in windows, which go on whatever the answer is, got 0.9. Leave it out (--exit-confidence).',
    ],
  ])('has windows of the length that is run: %s', async (form, message) => {
    const { code, stderr } = await cli(`run film.snn.onnx ${film} ${form} -o none.npy`);
    expect(code).toBe(form.includes('confidence') ? 2 : 1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
  });
});
