import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { writeAtomically } from './write-atomically.ts';
import { type WriteOnnxOptions, writeOnnx } from './write-onnx.ts';

/** The file that says what a folder holds: it is written last and taken away first. */
const index = 'network.json';

/**
 * Writes what an exporter made: a model as ONNX, bytes as they are, files by name as a folder.
 *
 * @throws UsageError if the place cannot be written, or is a folder that holds something else
 */
export async function writeExport(
  made: Model | Uint8Array | ReadonlyMap<string, Uint8Array>,
  path: string,
  options: WriteOnnxOptions = {},
): Promise<void> {
  if (made instanceof Uint8Array) await writeAtomically(path, made);
  else if (made instanceof Map) await writeFolder(made, path);
  else await writeOnnx(made as Model, path, options);
}

/** Refuses a place where no folder can be written that {@link writeExport} could replace. @throws UsageError */
export async function requireFolderPlace(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  const names = there?.isDirectory() ? await readdir(path) : [];
  if (!there || (there.isDirectory() && (names.length === 0 || names.includes(index)))) return;
  throw new UsageError({
    where: path,
    expected: `a new folder, an empty one, or one with ${index}`,
    got: there.isDirectory() ? 'a folder that holds something else' : 'a file',
    remedy: 'Choose another output path',
  });
}

async function writeFolder(files: ReadonlyMap<string, Uint8Array>, path: string): Promise<void> {
  await requireFolderPlace(path);
  await mkdir(path, { recursive: true });
  await rm(join(path, index), { force: true });
  for (const [name, bytes] of [...files].filter(([each]) => each !== index))
    await writeAtomically(join(path, name), bytes);
  const last = files.get(index);
  if (last) await writeAtomically(join(path, index), last);
}
