/** Makes the core run in Node. Every entry point imports this first: the package, the command line, worker threads, tests. */
import { installRuntime } from '../sessions/runtime.ts';
import { nativeRuntime } from './native-runtime.ts';

installRuntime(nativeRuntime);
