import { type RunLabel, runLabelSchema } from '../results/run-label.ts';
import { RunFolder } from './run-folder.ts';

/** Gives a run a name and adds tags. Without either, it stays as it is. */
export async function labelRun(
  path: string,
  { name, tags = [] }: { readonly [K in keyof RunLabel]?: RunLabel[K] | undefined },
): Promise<void> {
  if (name === undefined && tags.length === 0) return;
  const folder = new RunFolder(path);
  const before = await folder.readJson('label', runLabelSchema).catch(() => undefined);
  const all = [...new Set([...(before?.tags ?? []), ...tags])];
  const given = name ?? before?.name;
  await folder.write('label', { ...(given !== undefined && { name: given }), tags: all });
}
