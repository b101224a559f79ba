import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/** Runs Node below limits. @param limits commands of the shell */
function below(limits: string, ...args: string[]) {
  const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '--disable-wasm-trap-handler' };
  const command = `${limits}; exec "$@"`;
  return spawnSync('sh', ['-c', command, 'sh', process.execPath, ...args], { encoding: 'utf8', env });
}

describe.skipIf(!existsSync('/proc/self/limits'))('limits of a process', () => {
  it('are what the system says, or none', () => {
    const program = `
      import { freeAddressSpace, processLimit } from '${new URL('../../dist/workers/process-limits.js', import.meta.url).href}';
      console.log(processLimit('Max open files'), processLimit('Max address space'), freeAddressSpace() < 6e9);`;
    const run = (limits: string) => below(limits, '--input-type=module', '--eval', program).stdout;
    expect(run('ulimit -n 200; ulimit -v 6000000')).toBe('200 6144000000 true\n');
    expect(run('ulimit -n 300')).toBe('300 undefined false\n');
  });

  it('are told where they are too low for the program', () => {
    const main = built('cli/main.js');
    const { status, stderr } = below('ulimit -v 1500000', main, '--version');
    expect([status, stderr]).toEqual([
      1,
      'error: transpike: expected at least 2.5 GB of addresses for a process, got a limit of 1.4 GB. Allow more (ulimit -v).\n',
    ]);
  });
});
