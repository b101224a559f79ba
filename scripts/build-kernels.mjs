// Compiles each folder `assembly` of AssemblyScript to the WebAssembly module beside it, unless that is newer than its
// sources. With the name of a folder (dist) it also puts copies there.
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../src', import.meta.url));
const modules = ['kernels/kernels.wasm', 'images/resample.wasm'];

/** Compiles; throws with the compiler's messages if that fails. */
export async function buildKernels() {
  for (const module of modules) await build(join(root, dirname(module), 'assembly'), join(root, module));
}

async function build(sources, output) {
  if (isFresh(sources, output)) return;
  // Several processes may do this at once; each file appears whole.
  const temporary = `${output}.${process.pid}`;
  const options = [
    join(sources, 'index.ts'),
    ...['--outFile', temporary, '-O3', '--converge', '--runtime', 'stub', '--importMemory', '--noAssert'],
    ...['--enable', 'simd', '--use', 'abort='],
  ];
  const { error, stderr } = await asc.main(options);
  if (error) throw new Error(`${sources}: ${stderr.toString()}`, { cause: error });
  renameSync(temporary, output);
}

function isFresh(sources, output) {
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
  for (const module of folder ? modules : []) {
    const copy = join(resolve(folder), module);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(root, module), copy);
  }
}
