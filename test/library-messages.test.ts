import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../src', import.meta.url));
const commandLine = /['"`( ](--[a-z][\w-]*|transpike (convert|tune|evaluate|run|train|compare|diagnose)\b)/;

/** Lines of the library that speak of the command line; comments may, the report's style sheets, and what knows the options of Node and npm. */
function mentions(): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') &&
      !/^(cli|report)\b|^workers\/worker-arguments\.ts$|^native\/machine-runtime\.ts$|\.test\.ts$/.test(file),
  );
  return files.flatMap((file) =>
    readFileSync(`${root}/${file}`, 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(\*|\/[/*])/.test(line) && commandLine.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
}

it('words remedies for the library; the command line adds its flags', () => {
  expect(mentions()).toEqual([]);
});
