import { messageOf, RuntimeError } from './errors.ts';
import { shortageError, shortageOf } from './shortage.ts';

/** A linear memory. Its buffer is another one after each growth. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB. @throws RangeError if there is not that much memory */
  grow(pages: number): number;
}

/** A compiled module. */
export type WasmModule = { readonly __wasmModule: never };

type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface WebAssemblyInterface {
  /** Compiles at once. */
  readonly Module: new (
    bytes: Uint8Array,
  ) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: WasmImports) => { readonly exports: unknown };
  readonly Memory: new (options: { initial: number; maximum?: number }) => WasmMemory;
}

/** The part of the WebAssembly JavaScript interface used here: TypeScript declares it for browsers only. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;

/** The modules of this package: `kernels` runs neurons, `resample` resizes pictures. */
export type ModuleName = 'kernels' | 'resample';

let readModule: ((name: ModuleName) => Uint8Array) | undefined;
const compiled = new Map<ModuleName, WasmModule>();

/**
 * Says where the bytes of the modules come from. Importing the package in Node installs its own files; a bundle has them inside.
 *
 * @param read gives the bytes of a module; called when it is first needed
 */
export function installModules(read: (name: ModuleName) => Uint8Array): void {
  readModule = read;
}

/** A module, compiled once. @throws RuntimeError if its bytes are missing or damaged */
export function compiledModule(name: ModuleName): WasmModule {
  const known = compiled.get(name);
  if (known) return known;
  const made = compile(name);
  compiled.set(name, made);
  return made;
}

function compile(name: ModuleName): WasmModule {
  try {
    if (!readModule) throw new Error('no module installed');
    return new webAssembly.Module(readModule(name));
  } catch (cause) {
    const resource = shortageOf(cause);
    if (resource) throw shortageError(`${name}.wasm`, resource, cause);
    throw unusable(name, messageOf(cause), { cause });
  }
}

function unusable(name: ModuleName, got: string, options: ErrorOptions = {}): RuntimeError {
  const remedy = "Run 'npm run build' in a checkout; elsewhere import 'transpike', or call installModules";
  return new RuntimeError({ where: `${name}.wasm`, expected: 'a compiled module', got, remedy }, options);
}

/**
 * Makes a module work on a memory.
 *
 * @param parameterCounts how many parameters each of its functions has
 * @throws RuntimeError if the module is missing, damaged or of another build
 */
export function exportsOf<E>(
  name: ModuleName,
  memory: WasmMemory,
  parameterCounts: { readonly [F in keyof E]: number },
): E {
  const { exports } = new webAssembly.Instance(compiledModule(name), { env: { memory } });
  if (hasFunctions(exports, parameterCounts)) return exports;
  throw unusable(name, 'functions of another build');
}

function hasFunctions<E>(
  exports: unknown,
  parameterCounts: { readonly [F in keyof E]: number },
): exports is E {
  const found = exports as Readonly<Record<string, unknown>>;
  return Object.entries<number>(parameterCounts).every(([name, count]) => {
    const each = found[name];
    return typeof each === 'function' && each.length === count;
  });
}
