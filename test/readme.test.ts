import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { runCli, scratchFolder } from './cli/run-cli.fixture.ts';

const root = new URL('..', import.meta.url);

it('the library example of the README runs as it stands, and writes the model that the command line writes', async () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const example = /<!-- executed by test\/readme\.test\.ts -->\n```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  const { folder, remove } = await scratchFolder();
  renameSync(join(folder, 'vit'), join(folder, 'tiny-vit'));
  renameSync(join(folder, 'x.npy'), join(folder, 'images.npy'));
  const library = pathToFileURL(new URL('dist/index.js', root).pathname).href;
  writeFileSync(join(folder, 'example.mjs'), example.replace("from 'transpike'", `from '${library}'`));
  const { stdout, stderr } = spawnSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' });
  const convert = ['convert', 'tiny-vit', '--calibrate', 'images.npy', '-T', '4', '-o', 'cli.snn.onnx'];
  expect((await runCli(folder, convert)).code).toBe(0);
  const written = (file: string) => readFileSync(join(folder, file));
  expect(written('tiny-vit.snn.onnx').equals(written('cli.snn.onnx'))).toBe(true);
  await remove();
  expect(stderr).toBe('');
  expect(stdout).toContain('16 spike sites');
  expect(stdout).toContain('logits [T, N, classes]: [4, 8, 5]');
});

it('the commands of the README exist', async () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  expect(readme).toContain('npm ci && npm test');
  for (const [, script] of readme.matchAll(/npm run ([a-z:-]+)/g)) expect(scripts).toHaveProperty([script!]);
  const program = readFileSync(new URL('src/cli/program.ts', root), 'utf8');
  for (const [, command] of readme.matchAll(/npx transpike ([a-z]+)/g))
    expect(program).toContain(`${command}Command`);
});
