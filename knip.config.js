/**
 * What nothing uses. `knip` looks at everything; `knip --production` leaves the tests out, and so finds what only they
 * use. There, an export that its own file uses may serve a test.
 *
 * @type {import('knip').KnipConfig}
 */
export default {
  entry: [
    'src/index.ts!',
    'src/browser.ts!',
    'src/conformance/index.ts!',
    'src/cli/main.ts!',
    // Started as a process.
    'src/queue/work-child.ts!',
    'bench/**/*.{ts,mjs}!',
    'scripts/*.{ts,mjs}!',
    'pages/vite.config.ts!',
    'pages/*/main.tsx!',
    'pages/network/network-worker.ts!',
    'test/core/core.fixture.ts',
    'test/api/misuse.ts',
  ],
  project: [
    'src/**/*.ts!',
    '!src/**/*.{test,fixture}.ts!',
    'pages/**/*.{ts,tsx}!',
    'test/**/*.ts',
    'bench/**/*.{ts,mjs}!',
    'scripts/*.{ts,mjs}!',
    // AssemblyScript, which has a compiler of its own.
    '!src/**/assembly/**!',
    '!src/**/assembly/**',
  ],
  // Generated.
  ignore: ['src/formats/onnx/onnx_pb.ts'],
  // Started by protoc, which `npm run generate:onnx` needs.
  ignoreDependencies: ['@bufbuild/protoc-gen-es'],
  ignoreBinaries: ['gcc', 'mkfifo', 'mount', 'protoc', 'redis-server', 'size', 'strace', 'umount'],
  ignoreExportsUsedInFile: process.argv.includes('--production') || { interface: true, type: true },
};
