import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Examples, and what each must print, from start to end. */
const printed: Record<string, RegExp> = {
  'convert-and-evaluate.mjs':
    /^source network: 100\.0 % of 64 images\n(T = \d: [\d.]+ %, the class of the source network for [\d.]+ %\n){3}T = 4: 100\.0 %, .* 100\.0 %\n$/,
  'own-device.mjs':
    /^My chip, estimates for one image\nsource network: \d+ nJ\n(T = \d: \d+ nJ, 0\.\d\d times the source network\n){8}$/,
  'own-neuron.mjs': /^(input 0\.3, .*\n){8}(input -0\.75, .*\n){7}input -0\.75, t = 8: .* decoded -0\.750\n$/,
  'step-by-step.mjs': /^(class (\d+): (\d+ \(\d+ %\), ){3}\2 \(\d+ %\)\n){4}$/,
};

it.each(readdirSync(`${root}/examples`))('examples/%s runs as the README says', (name) => {
  const { stdout, stderr } = spawnSync(process.execPath, [`examples/${name}`], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(printed[name]!);
  expect(readFileSync(`${root}/README.md`, 'utf8')).toContain(`(examples/${name})`);
});
