import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const end = ': on images that it has not met before a network is likely worse';

describe('images that a network has met before', () => {
  it('are counted in the result, said in print and in the report, however the run was interrupted', async () => {
    const limit = ['--calibration-limit', '5'];
    await cli('convert', 'vit', '--calibrate', 'x.npy', ...limit, '-T', '1', '-o', 'a.snn.onnx');
    const evaluate = ['evaluate', 'a.snn.onnx', '--data', 'x.npy', '--batch', '4', '--run', 'run'];
    const { stdout } = await cli(...evaluate);
    expect(stdout).toContain(`\ncalibrated on 5 of these 12 images${end}\n`);
    const result = () => JSON.parse(readFileSync(join(folder, 'run', 'result.json'), 'utf8'));
    expect(result().seen).toEqual({ calibration: 5, selection: 0 });
    const report = readFileSync(join(folder, 'run', 'report.html'), 'utf8');
    expect(report).toContain(`<p>Calibrated on 5 of these 12 images${end}.</p>`);
    expect(report).toContain('images, 5 of them met before by the network');

    const journal = join(folder, 'run', 'batches.jsonl');
    const [first] = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, `${first}\n`);
    rmSync(join(folder, 'run', 'result.json'));
    expect((await cli(...evaluate)).stderr).toContain('going on after 4 images');
    expect(result().seen).toEqual({ calibration: 5, selection: 0 });

    const others = await cli('evaluate', 'a.snn.onnx', '--data', 'images', '--run', 'others');
    expect(others.stdout).not.toContain('calibrated on');
    expect(JSON.parse(readFileSync(join(folder, 'others', 'result.json'), 'utf8')).seen).toEqual({
      calibration: 0,
      selection: 0,
    });
  });

  it('are not known to a network that does not spike', async () => {
    const { stdout } = await cli('evaluate', 'vit', '--data', 'x.npy', '--json');
    expect(JSON.parse(stdout).seen).toBeNull();
  });

  it('are said by compare once for all methods', async () => {
    const compare = ['compare', 'vit', '--calibrate', 'x.npy', '--data', 'x.npy', '-T', '1', '--run', 'both'];
    const { stdout } = await cli(...compare, '--methods', 'ecmt,ecmt/reference');
    expect(stdout.split(`calibrated on all of these 12 images${end}`)).toHaveLength(2);
    const report = readFileSync(join(folder, 'both', 'report.html'), 'utf8');
    expect(report).toContain(`<b>Not all images are new:</b> calibrated on all of these 12 images${end}.`);
  });

  it('are those that tune has chosen by, too', async () => {
    const tune = [
      'tune',
      'vit',
      '--calibrate',
      'x.npy',
      '--energy',
      '0.3',
      '-T',
      '1',
      '-o',
      'tuned.snn.onnx',
    ];
    const held = await cli(...tune, '--batch', '4', '--run', 'held');
    expect(held.stdout).toContain('in percent, measured on 4 images that were not calibrated on;');
    expect(held.stdout).toMatch(/ on 4 images \(agreement \d+\.\d % \[\d+\.\d, \d+\.\d\]\)\n/);
    const { stdout } = await cli('evaluate', 'tuned.snn.onnx', '--data', 'x.npy', '--run', 'tuned');
    expect(stdout).toContain(
      `\ncalibrated on 8 of these 12 images and chosen among others on 4 of these 12 images${end}\n`,
    );
    const same = await cli(...tune, '--data', 'x.npy', '--run', 'same', '--force');
    expect(same.stdout).toContain(
      'in percent, measured on 12 images, all of which were calibrated on, so that networks look better than they are;',
    );
    const report = readFileSync(join(folder, 'same', 'report.html'), 'utf8');
    expect(report).toContain('12 of the 12 images measured on were calibrated on');
  });
});
