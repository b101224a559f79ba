import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('the built command line can be started by its path', () => {
  const { stdout, stderr } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('.ci/run', () => {
  it('passes where every step does, and counts each test once', () => {
    const { status, lastLine } = runWith('');
    expect(lastLine).toBe('240 passed, 0 failed');
    expect(status).toBe(0);
  });

  it.each([
    'npm ci',
    'npm start',
    'npm run build',
    'npm run lint',
    'npm run types',
    'npm run imports',
    'npm run knip',
    'npm run api',
    'npx transpike --version',
    'git clone --quiet',
  ])('fails where only `%s` does', (failing) => {
    const { status, lastLine } = runWith(failing);
    expect(lastLine).toMatch(/^\d+ passed, 1 failed$/);
    expect(status).toBe(1);
  });

  it.each(['npm test', 'npm run test:shared'])('fails where tests of `%s` do', (failing) => {
    const { status, lastLine } = runWith(failing);
    expect(lastLine).toBe('237 passed, 3 failed');
    expect(status).toBe(1);
  });
});

/** Runs the script with stand-ins for npm, npx, git and apt-get, of which the one that is called like `failing` fails. */
function runWith(failing: string) {
  const folder = mkdtempSync(join(tmpdir(), 'transpike-ci-'));
  folders.push(folder);
  const standIn = `#!/usr/bin/env bash
call="$(basename "$0") $*"
case "$call" in git*) mkdir -p "\${@: -1}";; esac
case "$call" in
  "npm test"|"npm run test:shared")
    [[ "$call" = "$FAILING" ]] && echo "  Tests  3 failed | 117 passed | 2 skipped (122)" || echo "  Tests  120 passed | 2 skipped (122)";;
esac
[[ -z "$FAILING" || "$call" != "$FAILING"* ]]
`;
  for (const name of ['npm', 'npx', 'git', 'dpkg', 'apt-get']) {
    writeFileSync(join(folder, name), standIn);
    chmodSync(join(folder, name), 0o755);
  }
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, FAILING: failing };
  const { status, stdout } = spawnSync('bash', [join(repository, '.ci/run')], { encoding: 'utf8', env });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
}
