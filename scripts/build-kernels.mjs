// Compiles the AssemblyScript kernels to src/runtime/kernels/kernels.wasm, unless that is newer than its sources.
// With the name of a folder (dist) it also puts a copy there.
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const place = 'runtime/kernels/kernels.wasm';
const sources = join(root, 'src/runtime/kernels/assembly');
const output = join(root, 'src', place);

/** Compiles; throws with the compiler's messages if that fails. */
export async function buildKernels() {
  if (isFresh()) return;
  // Several processes may do this at once; each file appears whole.
  const temporary = `${output}.${process.pid}`;
  const options = [
    join(sources, 'index.ts'),
    ...['--outFile', temporary, '-O3', '--converge', '--runtime', 'stub', '--importMemory', '--noAssert'],
    ...['--enable', 'simd', '--use', 'abort='],
  ];
  const { error, stderr } = await asc.main(options);
  if (error) throw new Error(`kernels: ${stderr.toString()}`, { cause: error });
  renameSync(temporary, output);
}

function isFresh() {
  if (!existsSync(output)) return false;
  const built = statSync(output).mtimeMs;
  const files = [...readdirSync(sources).map((name) => join(sources, name)), fileURLToPath(import.meta.url)];
  return files.every((path) => statSync(path).mtimeMs < built);
}

/** Vitest calls this before the first test. */
export const setup = buildKernels;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildKernels();
  const folder = process.argv[2];
  if (folder) {
    const copy = join(resolve(folder), place);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(output, copy);
  }
}
