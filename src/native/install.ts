/** Makes the core run in Node. Every entry point imports this first: the package, the command line, worker threads, tests. */
import { resampleBytes } from '../images/resample-bytes.ts';
import { kernelsBytes } from '../kernels/kernels-bytes.ts';
import { installRuntime } from '../sessions/runtime.ts';
import { installModules } from '../web-assembly.ts';
import { machineRuntime } from './machine-runtime.ts';

// Imported, not read from a file beside this one: there is none in a bundle.
const modules = { kernels: kernelsBytes, resample: resampleBytes };

installRuntime(machineRuntime);
installModules((name) => Buffer.from(modules[name], 'base64'));
