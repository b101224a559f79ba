import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { guardOutput, type OutputGuard, weightFilesOf } from '../files/output-guard.ts';
import type { Network } from '../opening/open-network.ts';

/**
 * Finds out before any work whether a file can be written: nothing that the command reads may be lost.
 *
 * @param guard what is read, what will be written, and whether something else may be replaced
 * @throws UsageError if its folder is missing or cannot be written, or the file is an input or holds something else
 */
export async function requireWritable(path: string, guard: OutputGuard): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new UsageError({
      where: path,
      expected: 'the name of a file',
      got: 'a folder',
      remedy: 'Choose another output path',
    });
  }
  const folder = dirname(resolve(path));
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw new UsageError(
      {
        where: path,
        expected: 'a place that can be written',
        got: `folder '${folder}', which is missing or protected`,
        remedy: 'Make the folder, or choose another output path',
      },
      { cause: error },
    );
  });
  await guardOutput(path, guard);
}

/** The files that a network was read from: its own, those of its folder that describe it, and its weights. */
export function filesOf({ path, model }: Network): string[] {
  const described = ['config.json', 'preprocessor_config.json'].map((name) => join(path, name));
  return [path, ...described, ...weightFilesOf(model)];
}

/** Files among what the options name; data that are made, such as `glyphs:test`, and folders are none. */
export function inputFiles(...paths: readonly (string | undefined)[]): string[] {
  return paths.filter((path) => path !== undefined);
}
