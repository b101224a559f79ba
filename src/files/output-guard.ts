import { open, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { tensorsOf } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import { FileSource } from './file-source.ts';

/** What a file holds, as its first bytes tell. */
export type FileKind =
  | 'safetensors'
  | 'onnx'
  | 'npy'
  | 'npz'
  | 'json'
  | 'svg'
  | 'pdf'
  | 'html'
  | 'picture'
  | 'events'
  | 'hdf5'
  | 'c';

const kinds: Readonly<Record<FileKind, { readonly name: string; is(head: Uint8Array): boolean }>> = {
  // Behind the length of its header, in eight bytes, that is JSON.
  safetensors: { name: 'a safetensors file', is: (head) => textOf(head.subarray(8)).startsWith('{"') },
  // The first field of an ONNX file is `ir_version`, number 1, a varint.
  onnx: { name: 'an ONNX file', is: (head) => head[0] === 0x08 },
  npy: {
    name: 'a .npy file',
    is: (head) => head[0] === 0x93 && textOf(head.subarray(1)).startsWith('NUMPY'),
  },
  npz: { name: 'an .npz file', is: (head) => textOf(head).startsWith('PK') },
  svg: { name: 'an SVG file', is: (head) => /^\s*<(svg|\?xml)/.test(textOf(head)) },
  pdf: { name: 'a PDF file', is: (head) => textOf(head).startsWith('%PDF') },
  html: { name: 'an HTML page', is: (head) => /^\s*<!doctype html/i.test(textOf(head)) },
  picture: {
    name: 'a picture or a page',
    is: (head) => head[0] === 0x89 || /^\s*<(svg|\?xml|!doctype html)/i.test(textOf(head)),
  },
  events: {
    name: 'a file of events',
    is: (head) => [0x25, 0x89].includes(head[0] ?? 0) || textOf(head).startsWith('PK'),
  },
  hdf5: {
    name: 'an HDF5 file',
    is: (head) => head[0] === 0x89 && textOf(head.subarray(1)).startsWith('HDF'),
  },
  c: { name: 'a C file', is: (head) => /^\s*(\/\*|\/\/|#)/.test(textOf(head)) },
  json: { name: 'a JSON file', is: (head) => /^\s*[{[]/.test(textOf(head)) },
};

/** What an output may replace. */
export interface OutputGuard {
  /** Files that the command reads; whatever leads to one of them, by links too, is refused. */
  readonly inputs: readonly string[];
  /** What will be written. */
  readonly kind: FileKind;
  /** Whether an existing file of another kind may be replaced. Default false */
  readonly force?: boolean | undefined;
}

/**
 * Finds out before any work whether a file may be written: one that is read may never be replaced, one of another kind only
 * on purpose.
 *
 * @throws UsageError if it is one of the inputs, or holds something else than what will be written
 */
export async function guardOutput(path: string, { inputs, kind, force = false }: OutputGuard): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (!there?.isFile()) return;
  for (const input of inputs) {
    if (await isSameFile(path, input)) throw isInput(path, input);
  }
  if (force || there.size === 0) return;
  if (kinds[kind].is(await headOf(path))) return;
  throw new UsageError({
    where: path,
    expected: `${kinds[kind].name} to replace, or none`,
    got: 'a file that holds something else',
    remedy: 'Choose another output path, or allow its loss with the option force',
    means: ['force'],
  });
}

/** The files that a model's weights lie in. */
export function weightFilesOf(model: Model): string[] {
  const files = new Set<string>();
  for (const { storage } of tensorsOf(model.graph)) {
    if (storage.kind === 'external' && storage.source instanceof FileSource)
      files.add(storage.source.location);
  }
  return [...files];
}

/** Whether two paths lead to the same file, through symbolic or hard links too. */
async function isSameFile(a: string, b: string): Promise<boolean> {
  const [x, y] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  if (!x || !y) return false;
  // Where the file system numbers nothing, the names decide.
  return x.ino === 0n ? (await realpath(a)) === (await realpath(b)) : x.ino === y.ino && x.dev === y.dev;
}

function isInput(path: string, input: string): UsageError {
  return new UsageError({
    where: path,
    expected: 'an output that is not also an input',
    got:
      resolve(path) === resolve(input)
        ? 'one of the files that are read'
        : `the same file as '${input}', which is read`,
    remedy: 'Choose another output path',
  });
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
