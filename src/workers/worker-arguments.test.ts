import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { workerArguments } from './worker-arguments.ts';

describe('workerArguments', () => {
  it('leaves those of a process that runs a file as they are', () => {
    expect(workerArguments([])).toBeUndefined();
    expect(workerArguments(['--max-old-space-size=100', '--import', './a.mjs'])).toBeUndefined();
  });

  it('keeps what loads modules, of a process whose program came as text', () => {
    const text = ['--input-type=module', '--import', './a.mjs', '--max-old-space-size=100', '--eval', 'x'];
    expect(workerArguments([...text, '--require=./b.cjs'])).toEqual([
      '--import',
      './a.mjs',
      '--require=./b.cjs',
    ]);
    expect(workerArguments(['--input-type', 'module'])).toEqual([]);
  });

  it('lets a worker start beside a program that came as text', () => {
    const module = new URL('../../dist/workers/worker-arguments.js', import.meta.url).href;
    const program = `
      import { Worker } from 'node:worker_threads';
      import { workerArguments } from '${module}';
      new Worker(new URL('data:text/javascript,console.log("works")'), { execArgv: workerArguments(process.execArgv) });`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toBe('works\n');
  });
});
