// Makes the playground a static folder that any web server can serve: the built page, the bundled network, and ONNX Runtime's WebAssembly.
// Needs a build: npm run build.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'playground');
const runtime = dirname(
  createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
);

rmSync(folder, { recursive: true, force: true });
cpSync(join(root, 'dist', 'pages', 'playground'), folder, { recursive: true });
mkdirSync(join(folder, 'ort'));
for (const file of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
  cpSync(join(runtime, file), join(folder, 'ort', file));
}
console.log(`The playground is in ${folder}: serve it with any web server, or run npm run playground.`);
