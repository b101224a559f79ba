/** Makes the core run in Node. Every entry point imports this first: the package, the command line, worker threads, tests. */
import { readFileSync } from 'node:fs';
import { installRuntime } from '../sessions/runtime.ts';
import { installModules } from '../web-assembly.ts';
import { nativeRuntime } from './native-runtime.ts';

const modules = {
  kernels: new URL('../kernels/kernels.wasm', import.meta.url),
  resample: new URL('../images/resample.wasm', import.meta.url),
};

installRuntime(nativeRuntime);
installModules((name) => readFileSync(modules[name]));
