import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';

interface Rule {
  readonly name: string;
  readonly from: { readonly pathNot: readonly string[] };
}

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: readonly Rule[];
};

/** The files of the core, as the linter of imports tells it from the outer rooms. */
export function coreFiles(): string[] {
  const { pathNot } = forbidden.find(({ name }) => name === 'the-core-knows-no-node')!.from;
  const outer = pathNot.map((pattern) => new RegExp(pattern));
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name}`)
    .filter((path) => path.endsWith('.ts') && !path.includes('/assembly/'))
    .filter((path) => !outer.some((pattern) => pattern.test(path)));
}

/** One file for a browser from what these files export, as a variable `core` or an ES module. */
export async function bundle(files: readonly string[], format: 'esm' | 'iife' = 'esm'): Promise<OutputChunk> {
  const entry = '\0entry';
  const text = files.map((file) => `export * from ${JSON.stringify(join(process.cwd(), file))};`).join('\n');
  const build = await rolldown({
    input: 'entry',
    platform: 'browser',
    // Names that two files export are of no interest here; what cannot be found shows in the result.
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? entry : undefined),
        load: (id) => (id === entry ? { code: text, moduleSideEffects: 'no-treeshake' } : undefined),
      },
    ],
    treeshake: false,
  });
  const { output } = await build.generate({ format, name: 'core', codeSplitting: false });
  return output[0];
}
