import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratchFolder } from './run-cli.fixture.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
});
afterAll(() => remove());

const cli = (...args: string[]) => runCli(folder, args);

describe('transpike tune', () => {
  it('writes a network that evaluate reads, its frontier and a report', async () => {
    const run = ['--frontier', 'frontier.json', '-T', '2', '-o', 'tuned.snn.onnx', '--run', 'tuning'];
    const tuned = await cli('tune', 'vit', '--calibrate', 'x.npy', ...run);
    expect(tuned.stderr).not.toContain('error');
    expect(tuned.code).toBe(0);
    expect(tuned.stdout).toContain('measured on 4 images that were not calibrated on');
    expect(tuned.stdout).toMatch(/\(b\) full estimate on 45nm-fp32; spiking pays (up to|at none of)/);
    expect(tuned.stdout).toContain('biases');
    const { chosen, points, pays } = JSON.parse(readFileSync(join(folder, 'frontier.json'), 'utf8'));
    expect(chosen.measured.fullRatio).toBeGreaterThan(chosen.measured.ecmtRatio);
    const kept = JSON.parse(readFileSync(join(folder, 'tuning', 'frontier.json'), 'utf8'));
    expect(kept.pays).toEqual(pays);
    expect(kept.points.map(({ fullRatio }: { fullRatio: number }) => fullRatio)).toEqual(
      points.map(({ measured }: { measured: { fullRatio: number } }) => measured.fullRatio),
    );
    expect(points).toContainEqual(chosen);
    expect(points.some(({ biasCorrected }: { biasCorrected: boolean }) => biasCorrected)).toBe(true);
    expect(new Set(points.map(({ target }: { target: number }) => target))).toEqual(
      new Set([0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.45]),
    );
    expect(existsSync(join(folder, 'tuning', 'report.html'))).toBe(true);
    const inspected = await cli('inspect', 'tuned.snn.onnx');
    expect(/biases +corrected at \d+ operators/.test(inspected.stdout)).toBe(chosen.biasCorrected);
    const evaluated = await cli('evaluate', 'tuned.snn.onnx', '--data', 'images', '--json');
    const { steps } = JSON.parse(evaluated.stdout);
    expect(steps).toHaveLength(chosen.schedule.steps);
    expect(steps.at(-1).energy.ecmtRatio).toBeGreaterThan(0);
  });

  it('measures what the network is said to be for, on the output that is named', async () => {
    const run = ['--energy', '0.4', '-T', '1', '-o', 'embedding.snn.onnx', '--run', 'embedding', '--json'];
    const what = ['--task', 'embedding', '--measured-output', 'logits'];
    const tuned = await cli('tune', 'vit', '--calibrate', 'x.npy', ...what, ...run);
    const { chosen } = JSON.parse(tuned.stdout);
    expect(chosen.measured).toMatchObject({ task: 'embedding', top1: null });
    expect(chosen.measured.agreement).toBeGreaterThan(0.5);
    const other = await cli(
      'tune',
      'vit',
      '--calibrate',
      'x.npy',
      '--energy',
      '0.4',
      '--measured-output',
      'y',
    );
    expect(other.stderr).toContain("expected one of its outputs: logits, got 'y'. Choose one of these");
  });

  it('wants one goal', async () => {
    const none = await cli('tune', 'vit', '--calibrate', 'x.npy');
    expect(none.code).not.toBe(0);
    expect(none.stderr).toContain(
      'tune: expected one of --energy, --accuracy-drop and --frontier, got none. Give for example --energy 0.35.',
    );
    const two = await cli('tune', 'vit', '--calibrate', 'x.npy', '--energy', '0.3', '--accuracy-drop', '1');
    expect(two.stderr).toContain('got 2 of them');
    const negative = await cli('tune', 'vit', '--calibrate', 'x.npy', '--energy', '-1');
    expect(negative.stderr).toContain("expected a number above 0, got '-1'. Give for example 0.35.");
    const limit = await cli(
      'tune',
      'vit',
      '--calibrate',
      'x.npy',
      '--calibration-limit',
      'abc',
      '--energy',
      '1',
    );
    expect(limit.stderr).toContain("expected a whole number of at least 1, got 'abc'. Give for example 4.");
  });

  it('refuses a network that spikes already', async () => {
    const again = await cli('tune', 'tuned.snn.onnx', '--calibrate', 'x.npy', '--energy', '0.3');
    expect(again.stderr).toContain('expected a network that does not spike yet, got a spiking network');
  });
});
