import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { guardOutput, type OutputGuard, weightFilesOf } from '../files/output-guard.ts';
import { filesOfAddress } from '../opening/named-files.ts';
import type { Network } from '../opening/open-network.ts';

/** Where a job writes what it makes. */
export interface OutputSettings {
  /** File to write. Nothing that the job reads is ever replaced. */
  readonly output?: string | undefined;
  /** Whether an existing file that holds something else may be replaced. Default false. */
  readonly force?: boolean | undefined;
}

/** Where a job writes a model, and whether that depends on other files. */
export interface ModelOutputSettings extends OutputSettings {
  /** Whether all weights go into the file itself, so that it depends on no other. Default false. */
  readonly bundle?: boolean | undefined;
}

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

/**
 * What a job reads: the files of its network, and those that its settings name.
 *
 * @param paths of files, folders or generated data; folders and generated data cannot be lost to an output
 */
export function inputsOf({ path, model }: Network, ...paths: readonly (string | undefined)[]): string[] {
  const described = ['config.json', 'preprocessor_config.json'].map((name) => join(path, name));
  return [
    path,
    ...described,
    ...weightFilesOf(model),
    ...paths.flatMap((each) => (each === undefined ? [] : filesOfAddress(each))),
  ];
}
