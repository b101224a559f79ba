import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import { compareAnswers } from '../metrics/compare-answers.ts';
import type { ImageRecord } from '../results/batch-record.ts';
import type { Comparison } from '../results/comparison-result.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { readPredictions } from '../runs/read-predictions.ts';
import { readRun } from '../runs/read-run.ts';
import { RunFolder } from '../runs/run-folder.ts';

interface Compared {
  readonly name: string;
  readonly path: string;
  readonly result: EvaluationResult;
  readonly answers: readonly ImageRecord[];
}

/**
 * Compares finished evaluations, image by image where they have images in common.
 *
 * @param runs folders with the names they go by. Default name: that of the folder
 * @throws UsageError if one is no evaluation, or they measure different things; FormatError if one has no result
 */
export async function compareRuns(
  runs: readonly { readonly path: string; readonly name?: string | undefined }[],
): Promise<Comparison> {
  const compared: Compared[] = [];
  for (const { path, name = basename(path) } of runs) compared.push(await readCompared(path, name));
  const tasks = new Set(compared.map(({ result }) => result.task?.name ?? 'classification'));
  if (tasks.size > 1) {
    throw new UsageError({
      where: 'runs',
      expected: 'runs with the same task',
      got: [...tasks].join(', '),
      remedy: 'Compare runs of one task',
    });
  }
  const tellsClasses = tasks.has('classification');
  return {
    kind: 'comparison',
    entries: compared.map(({ name, path, result }) => ({ name, folder: path, result })),
    // Other tasks have figures that are no shares of right answers.
    differences: tellsClasses ? differencesOf(compared) : [],
  };
}

async function readCompared(path: string, name: string): Promise<Compared> {
  const run = await readRun(path);
  if (run.kind === 'evaluation') {
    return { name, path, result: run.result, answers: await readPredictions(new RunFolder(path)) };
  }
  throw new UsageError({
    where: path,
    expected: 'the folder of an evaluation',
    got: `one of a ${run.kind === 'frontier' ? 'tuning' : run.kind}`,
    remedy: 'Choose evaluations; those of a comparison are folders in its own',
  });
}

function differencesOf(compared: readonly Compared[]): Comparison['differences'] {
  return compared.flatMap((first, i) =>
    compared
      .slice(i + 1)
      .map((second) => ({
        first: first.name,
        second: second.name,
        ...compareAnswers(first.answers, second.answers),
      }))
      .filter(({ images }) => images > 0),
  );
}
