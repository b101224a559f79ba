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
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(module: WasmModule, imports: WasmImports): Promise<{ readonly exports: unknown }>;
  /** Compiles at once. */
  readonly Module: new (
    bytes: Uint8Array,
  ) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: WasmImports) => { readonly exports: unknown };
  readonly Memory: new (options: { initial: number; maximum?: number }) => WasmMemory;
}

/** The part of the WebAssembly JavaScript interface used here: TypeScript declares it for browsers only. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
