import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FormatError, listProblems, messageOf } from '../errors.ts';
import type { Tensor } from '../graph/tensor.ts';
import { readSafetensors } from './read-safetensors.ts';

const singleFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';

/**
 * The tensors of a checkpoint folder, by name: those of `model.safetensors`; else those that
 * `model.safetensors.index.json` finds in several files; else those of the only `*.safetensors` file there.
 *
 * @throws FormatError if the folder holds none or several candidates, or any of the files is damaged or missing
 */
export async function readCheckpointTensors(folder: string): Promise<Map<string, Tensor>> {
  const names = await listFolder(folder);
  if (names.includes(singleFile)) return readSafetensors(join(folder, singleFile));
  if (names.includes(indexFile)) return readSharded(folder, new Set(names));
  const candidates = names.filter((name) => name.endsWith('.safetensors') && !name.startsWith('.'));
  if (candidates.length === 1) return readSafetensors(join(folder, candidates[0]!));
  throw new FormatError({
    where: folder,
    expected: `${singleFile}, ${indexFile} or one file *.safetensors`,
    got: describeFolder(names, candidates),
    remedy: remedyFor(names, candidates),
  });
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (cause) {
    throw new FormatError(
      {
        where: folder,
        expected: 'a folder with a checkpoint',
        got: messageOf(cause),
        remedy: 'Give the folder that holds config.json and the *.safetensors files',
      },
      { cause },
    );
  }
}

function describeFolder(names: readonly string[], candidates: readonly string[]): string {
  if (candidates.length > 0) return `${candidates.length} of them (${candidates.join(', ')})`;
  return names.length > 0 ? `only ${names.slice(0, 12).join(', ')}` : 'an empty folder';
}

function remedyFor(names: readonly string[], candidates: readonly string[]): string {
  if (candidates.length > 0) return `Keep one of them, or add ${indexFile}`;
  const pickled = names.find((name) => /\.(bin|pth?|ckpt)$/.test(name));
  if (pickled) return `Save '${pickled}' as safetensors with the framework it comes from`;
  return 'Give the folder that holds the *.safetensors files';
}

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

async function readSharded(folder: string, present: ReadonlySet<string>): Promise<Map<string, Tensor>> {
  const path = join(folder, indexFile);
  const weightMap = parseIndex(path, await readFile(path, 'utf8'));
  const problems: string[] = [];
  const shards = new Map<string, Map<string, Tensor>>();
  for (const name of new Set(Object.values(weightMap))) {
    const shard = await readShard(folder, name, present, problems);
    if (shard) shards.set(name, shard);
  }
  const tensors = new Map<string, Tensor>();
  for (const [name, shardName] of Object.entries(weightMap)) {
    const shard = shards.get(shardName);
    const tensor = shard?.get(name);
    if (tensor) tensors.set(name, tensor);
    else if (shard) problems.push(`tensor '${name}': expected in ${shardName}, got none there`);
  }
  if (problems.length === 0) return tensors;
  const heading = `${path}: the checkpoint is not complete. Download all of its files again.`;
  throw new FormatError(listProblems(heading, problems));
}

async function readShard(
  folder: string,
  name: string,
  present: ReadonlySet<string>,
  problems: string[],
): Promise<Map<string, Tensor> | undefined> {
  // The listing of the folder also keeps names like ../../x out.
  if (!present.has(name)) {
    problems.push(`file '${name}': expected beside the index, got none`);
    return undefined;
  }
  try {
    return await readSafetensors(join(folder, name));
  } catch (error) {
    problems.push(messageOf(error).replaceAll('\n', '\n  '));
    return undefined;
  }
}

function parseIndex(path: string, text: string): Record<string, string> {
  try {
    return indexSchema.parse(JSON.parse(text)).weight_map;
  } catch (cause) {
    throw new FormatError(
      {
        where: path,
        expected: "JSON with 'weight_map', an object from tensor names to file names",
        got:
          cause instanceof z.ZodError
            ? cause.issues.map(({ message }) => message).join('; ')
            : messageOf(cause),
        remedy: 'Download the index again',
      },
      { cause },
    );
  }
}
