import { batchSchema, type ImageRecord } from '../results/batch-record.ts';
import { runSettingsSchema } from '../results/run-settings.ts';
import type { RunFolder } from './run-folder.ts';
import { identityOf } from './run-identity.ts';

/** What a run in this folder recorded of every image. */
export async function readPredictions(folder: RunFolder): Promise<ImageRecord[]> {
  const settings = (await folder.readJson('settings', runSettingsSchema)) ?? {};
  const { values } = await folder.readLines('batches', batchSchema, identityOf(settings));
  return values.flatMap(({ predictions }) => predictions);
}
