import { messageOf, OutOfMemoryError, RuntimeError } from './errors.ts';

/** What a process can run out of, through no fault of what it was given. */
export type Resource = 'memory' | 'disk' | 'files';

/** Codes of the operating system and of Node. */
const codes: Readonly<Record<string, Resource>> = {
  ENOMEM: 'memory',
  ERR_WORKER_OUT_OF_MEMORY: 'memory',
  ENOSPC: 'disk',
  EDQUOT: 'disk',
  EFBIG: 'disk',
  EMFILE: 'files',
  ENFILE: 'files',
};

/** What ONNX Runtime, array buffers, WebAssembly and image decoders say when memory runs out. */
const memoryWords =
  /bad_alloc|failed to map segment|failed to allocate|allocation failed|out of memory|memory\.grow|unable to grow|(cannot|could not|unable to) allocate/i;

/** What ran out, as an error or one of its causes tells; `undefined` where it was something else. */
export function shortageOf(error: unknown): Resource | undefined {
  if (error instanceof OutOfMemoryError) return 'memory';
  if (!(error instanceof Error)) return memoryWords.test(String(error)) ? 'memory' : undefined;
  const cause = error.cause instanceof Error ? shortageOf(error.cause) : undefined;
  if (cause) return cause;
  const known = codes[(error as { code?: string }).code ?? ''];
  return known ?? (memoryWords.test(error.message) ? 'memory' : undefined);
}

const words: Readonly<Record<Resource, { readonly expected: string; readonly remedy: string }>> = {
  memory: {
    expected: 'enough memory',
    remedy: 'Use fewer workers or smaller batches, close other programs, or allow more memory',
  },
  disk: {
    expected: 'room on the disk',
    remedy: 'Make room and start again, or choose another place',
  },
  files: { expected: 'a free file handle', remedy: 'Allow more open files (ulimit -n)' },
};

/** WebAssembly reserves some GB of addresses for each memory, whatever it takes of them. */
const addresses = {
  expected: 'enough addresses for a memory of WebAssembly',
  remedy:
    'Allow more (ulimit -v), use fewer workers, or set NODE_OPTIONS=--disable-wasm-trap-handler, with which fewer are reserved',
};

/** The error that tells a shortage as such. @param where what was being done, or the file */
export function shortageError(where: string, resource: Resource, error: unknown): RuntimeError {
  const got = messageOf(rootCause(error)).trim().replace(/\s+/g, ' ').slice(0, 300);
  const { expected, remedy } = got.includes('WebAssembly.Memory') ? addresses : words[resource];
  const cause = { cause: error };
  return resource === 'memory'
    ? new OutOfMemoryError({ where, expected, got, remedy, means: ['workers', 'batchSize'] }, cause)
    : new RuntimeError({ where, expected, got, remedy }, cause);
}

/** What an error comes from in the end. */
export function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootCause(error.cause) : error;
}
