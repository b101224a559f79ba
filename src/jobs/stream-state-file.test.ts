import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scaledWithTwoOutputs } from '../engines/input-networks.fixture.ts';
import { largestDifference } from '../engines/segmented/compare-runs.fixture.ts';
import { readSafetensors } from '../files/read-safetensors.ts';
import { writeNpy } from '../files/write-npy.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { writeSafetensors } from '../files/write-safetensors.ts';
import { concatenate } from '../graph/float-tensor.ts';
import { Tensor } from '../graph/tensor.ts';
import { type Network, openNetwork } from '../opening/open-network.ts';
import { convertNetwork } from './convert-network.ts';
import { type RunNetworkSettings, runNetwork } from './run-network.ts';

const [streams, steps, windows] = [3, 2, 4];
let folder: string;
let network: Network;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-state-'));
  await writeOnnx(scaledWithTwoOutputs(), at('network.onnx'));
  const source = await openNetwork(at('network.onnx'), { overTime: ['x'] });
  const half = (steps * windows) / 2;
  const number = (stream: number, step: number, i: number) =>
    Math.sin(12.9898 * (40 * stream + 5 * step + i));
  const film = async (name: string, from: number, to: number, count = streams) =>
    writeNpy(at(name), {
      shape: [count, to - from, 5],
      dataType: 'float32',
      data: Float32Array.from({ length: count * (to - from) * 5 }, (_, k) => {
        const [stream, rest] = [Math.floor(k / (5 * (to - from))), k % (5 * (to - from))];
        return number(stream, from + Math.floor(rest / 5), rest % 5);
      }),
    });
  await film('whole.npy', 0, 2 * half);
  await film('first.npy', 0, half);
  await film('second.npy', half, 2 * half);
  await film('two.npy', half, 2 * half, 2);
  await film('calibration.npy', 0, steps, 9);
  const calibration = `x=${at('calibration.npy')},scale=0.5`;
  const method = { method: 'rate', steps, calibration };
  await convertNetwork(source, { ...method, output: at('network.snn.onnx') });
  network = await openNetwork(at('network.snn.onnx'));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (name: string, settings: Partial<RunNetworkSettings>) =>
  runNetwork(network, { input: `x=${at(name)},scale=0.5`, batchSize: 2, ...settings });

it.each([
  ['continued', 'float32'],
  ['continued', 'float64'],
  ['restarted', 'float32'],
  ['restarted', 'float64'],
] as const)('a stream in two runs, averages %s, is the same stream in one: %s', async (stream, precision) => {
  const [kept, state] = [{ stream, precision }, at('state.safetensors')];
  const whole = await run('whole.npy', kept);
  const first = await run('first.npy', { ...kept, stateOut: state });
  const second = await run('second.npy', { ...kept, stateIn: state, stateOut: state });
  for (const name of ['y', 'z']) {
    const parts = concatenate([first.outputs.get(name)!, second.outputs.get(name)!]);
    expect(parts.shape).toEqual(whole.outputs.get(name)!.shape);
    expect(largestDifference(parts, whole.outputs.get(name)!)).toBe(0);
  }
  const anew = await run('second.npy', kept);
  expect(largestDifference(anew.logits, second.logits)).toBeGreaterThan(1e-3);
  // What was written last is the state behind all windows.
  expect(second.state).toEqual(whole.state);
  const third = await run('first.npy', { ...kept, stateIn: state });
  expect(third.state!.elapsed).toBe(1.5 * steps * windows);
});

it('a state of another stream is refused, with all that differs', async () => {
  await run('first.npy', { stream: 'continued', stateOut: at('one.safetensors') });
  await copyFile(at('network.onnx'), at('other.onnx'));
  const source = await openNetwork(at('other.onnx'), { overTime: ['x'] });
  const calibration = `x=${at('calibration.npy')},scale=1`;
  const { network: other } = await convertNetwork(source, { method: 'rate', steps, calibration });
  const input = `x=${at('two.npy')},scale=0.5`;
  const given = { input, stream: 'restarted', stateIn: at('one.safetensors') } as const;
  const [mine, theirs] = [network, other].map(({ fingerprint }) => fingerprint.slice(0, 12));
  await expect(runNetwork(other, given)).rejects.toThrow(
    [
      `${at('one.safetensors')}: the state is of another stream:`,
      `- network: expected '${other.name}' (${theirs}), got the state of '${network.name}' (${mine}). Give the network as it was when the state was written, or begin anew.`,
      '- averages: expected restarted, got the state of a stream whose averages are continued. Let them be the same in all parts of a stream.',
      '- inputs: expected the state of 2 streams side by side, got that of 3. Give as many inputs as before, in the same order.',
    ].join('\n  '),
  );
});

it('a file that is no state, or was changed, is refused, and none is written without a stream', async () => {
  await run('first.npy', { stream: 'restarted', stateOut: at('good.safetensors') });
  const tensors = await readSafetensors(at('good.safetensors'));
  const [name] = [...tensors.keys()].filter((each) => each.startsWith('sites/'));
  const changed = tensors.get(name!)!;
  const values = changed.toNumbers().map((value) => value + 1);
  await writeSafetensors(
    at('bad.safetensors'),
    new Map([...tensors, [name!, Tensor.float64(changed.shape, values)]]),
  );
  const from = (stateIn: string) => run('second.npy', { stream: 'restarted', stateIn: at(stateIn) });
  await expect(from('bad.safetensors')).rejects.toThrow(
    `${at('bad.safetensors')}: expected the state of a stream, safetensors with a tensor 'stream.json', got one that was changed since it was written. Give a file that a run of a stream has written, or begin anew.`,
  );
  await writeSafetensors(at('none.safetensors'), new Map([['w', Tensor.float32([1], [1])]]));
  await expect(from('none.safetensors')).rejects.toThrow('got a file without it.');
  await expect(from('missing.safetensors')).rejects.toThrow('expected a readable safetensors file');
  await expect(run('first.npy', { stateOut: at('s') })).rejects.toThrow(
    'run: expected no stateOut where no stream goes on from one window to the next, got',
  );
  await expect(run('first.npy', { stream: 'restarted', stateOut: at('first.npy') })).rejects.toThrow(
    `${at('first.npy')}: expected an output that is not also an input, got one of the files that are read.`,
  );
  await expect(
    run('first.npy', { stream: 'restarted', output: at('y.npy'), stateOut: at('y.npy') }),
  ).rejects.toThrow(
    `${at('y.npy')}: expected a file of its own for the state, got one that something else is written to. Choose another name.`,
  );
});
