/** A linear memory. Its buffer is another one after each growth. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB. @throws RangeError if there is not that much memory */
  grow(pages: number): number;
}

/** A compiled module. */
export type WasmModule = { readonly __wasmModule: never };

interface WebAssemblyInterface {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<{ readonly exports: unknown }>;
  readonly Memory: new (options: { initial: number; maximum?: number }) => WasmMemory;
}

/** The part of the WebAssembly JavaScript interface used here: TypeScript declares it for browsers only. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
