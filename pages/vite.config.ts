import { defineConfig } from 'vite';

/** Pages are folders that work wherever they are served: all addresses are relative. `scripts/build-pages.mjs` builds each. */
export default defineConfig({
  base: './',
  // ONNX Runtime's WebAssembly lies in ort/ beside a page; it comes from the package onnxruntime-web and is in no bundle.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production'] },
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    emptyOutDir: true,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
  },
  logLevel: 'warn',
});
