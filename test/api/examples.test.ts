import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scratchFolder } from '../cli/run-cli.fixture.ts';
import { publicNames } from './public-api.fixture.ts';

const library = new URL('../../dist/index.js', import.meta.url).href;
const names = publicNames();
/** Top values and namespaces: each shows how it is used. */
const shown = names.filter(({ name, kind }) => kind !== 'type' && !name.includes('.'));
const examples = names
  .flatMap(({ name, examples }) => examples.map((code) => ({ name, code })))
  .filter(({ code }, i, all) => all.findIndex((each) => each.code === code) === i);

/** Runs all examples one after the other and tells of each what it printed. */
const runner = `
const printed = [];
for (const file of process.argv.slice(2)) {
  const lines = [];
  console.log = (...values) => lines.push(values.map(String).join(' '));
  let error;
  try { await import('./' + file); } catch (thrown) { error = String(thrown.stack ?? thrown); }
  printed.push({ lines, error });
}
process.stdout.write(JSON.stringify(printed));
process.exit(0);
`;

/** What the comments behind `console.log` promise. */
function promisedBy(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text!);
}

let outcomes: { lines: string[]; error?: string }[];
let remove: () => Promise<void>;
beforeAll(async () => {
  const scratch = await scratchFolder();
  remove = scratch.remove;
  const files = examples.map((_, i) => `example-${i}.mjs`);
  for (const [i, { code }] of examples.entries())
    writeFileSync(join(scratch.folder, files[i]!), code.replace("from 'transpike'", `from '${library}'`));
  writeFileSync(join(scratch.folder, 'runner.mjs'), runner);
  const { stdout, stderr } = spawnSync(process.execPath, ['runner.mjs', ...files], {
    cwd: scratch.folder,
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  outcomes = JSON.parse(stdout);
}, 120_000);
afterAll(() => remove());

it.each(shown)('$name shows by an example how it is used', ({ examples }) => {
  expect(examples).not.toEqual([]);
});

it.each(examples.map(({ name }, i) => ({ name, i })))(
  'the example of $name prints what it promises',
  ({ i }) => {
    const promised = promisedBy(examples[i]!.code);
    expect(promised).not.toEqual([]);
    expect(outcomes[i]).toEqual({ lines: promised });
  },
);
