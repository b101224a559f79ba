import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { publicNames } from './public-api.fixture.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const found = publicNames();
const names = found.map(({ name, kind }) => (kind === 'value' ? name : `${kind} ${name}`));

it('exports what exports.txt lists, no more and no less', async () => {
  await expect(`${names.join('\n')}\n`).toMatchFileSnapshot('exports.txt');
});

it('tells in CHANGELOG.md of every name that has come or gone since exports-before.txt', () => {
  const before = read('exports-before.txt').trim().split('\n');
  const changed = [
    ...names.filter((name) => !before.includes(name)),
    ...before.filter((name) => !names.includes(name)),
  ];
  const [unreleased = ''] = /## Unreleased\n[\s\S]*?(?=\n## |$)/.exec(read('../../CHANGELOG.md')) ?? [];
  const untold = changed.filter((name) => !unreleased.includes(`\`${name.replace(/^\w+ /, '')}\``));
  expect(untold).toEqual([]);
});

it('has few names at the top; the others stand in namespaces', () => {
  const top = names.filter((name) => !name.includes('.') && !name.startsWith('type '));
  expect(top.filter((name) => !name.startsWith('namespace ')).length).toBeLessThanOrEqual(20);
  expect(top.filter((name) => name.startsWith('namespace ')).length).toBeLessThanOrEqual(20);
});

it('gives every type one meaning', () => {
  const types = found.filter(({ kind }) => kind === 'type').map(({ name }) => name.split('.').at(-1));
  expect(types.filter((name, i) => types.indexOf(name) !== i)).toEqual([]);
});
