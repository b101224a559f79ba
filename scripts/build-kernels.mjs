// Compiles each folder `assembly` of AssemblyScript to the WebAssembly module beside it and writes its declarations, unless
// it is newer than its sources. With the name of a folder (dist) it also puts copies of the modules there.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declareExports } from './declare-exports.mjs';

const root = fileURLToPath(new URL('../src', import.meta.url));
const modules = [
  {
    file: 'kernels/kernels.wasm',
    declarations: 'kernels/kernel-exports.ts',
    name: 'KernelExports',
    bytes: { file: 'kernels/kernels-bytes.ts', name: 'kernelsBytes' },
  },
  {
    file: 'images/resample.wasm',
    declarations: 'images/resample-exports.ts',
    name: 'ResampleExports',
    bytes: { file: 'images/resample-bytes.ts', name: 'resampleBytes' },
  },
];

/** Compiles; throws with the compiler's messages if that fails. */
async function buildKernels() {
  for (const module of modules) await build(module);
}

async function build({ file, declarations, name, bytes }) {
  const [sources, output] = [join(root, dirname(file), 'assembly'), join(root, file)];
  if (existsSync(join(root, declarations)) && isFresh(sources, output)) {
    writeBytes(bytes, output);
    return;
  }
  // Several processes may do this at once; each file appears whole.
  const temporary = `${output}.${process.pid}`;
  const options = [
    join(sources, 'index.ts'),
    ...['--outFile', temporary, '-O3', '--converge', '--runtime', 'stub', '--importMemory', '--noAssert'],
    ...['--enable', 'simd', '--use', 'abort='],
  ];
  let text = '';
  const transforms = [declareExports(name, (made) => (text = made))];
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main(options, { transforms });
  if (error) throw new Error(`${sources}: ${stderr.toString()}`, { cause: error });
  writeIfNew(join(root, declarations), text);
  renameSync(temporary, output);
  writeBytes(bytes, output);
}

/** The module as a string, so that a bundle of a program has it inside. */
function writeBytes({ file, name }, output) {
  const base64 = readFileSync(output).toString('base64');
  const text = `/** Made by scripts/build-kernels.mjs: a module of WebAssembly, in base64. */\nexport const ${name} =\n  '${base64}';\n`;
  writeIfNew(join(root, file), text);
}

function writeIfNew(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

function isFresh(sources, output) {
  if (!existsSync(output)) return false;
  const built = statSync(output).mtimeMs;
  const scripts = ['./build-kernels.mjs', './declare-exports.mjs'].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  );
  const files = [...readdirSync(sources).map((name) => join(sources, name)), ...scripts];
  return files.every((path) => statSync(path).mtimeMs < built);
}

/** Vitest calls this before the first test. */
export const setup = buildKernels;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildKernels();
  const folder = process.argv[2];
  for (const { file } of folder ? modules : []) {
    const copy = join(resolve(folder), file);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(root, file), copy);
  }
}
