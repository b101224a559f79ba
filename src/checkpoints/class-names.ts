import { z } from 'zod';
import { synsetPattern } from '../data/class-table.ts';

const schema = z.looseObject({
  id2label: z.record(z.string(), z.string()).nullish(),
  label_names: z.array(z.string()).nullish(),
  label_descriptions: z.record(z.string(), z.string()).nullish(),
});

/** What Transformers calls classes that nobody has named. */
const placeholder = /^LABEL_\d+$/;

/**
 * Names of the classes in the order of their indices, as config.json has them: `id2label` of Transformers, or `label_names` of
 * timm with their descriptions, where there are any. A synset id stays before its description.
 *
 * @param classes how many there must be
 * @returns `undefined` if config.json names none, or another number of them
 */
export function classNamesIn(config: unknown, classes: number): string[] | undefined {
  const parsed = schema.safeParse(config);
  if (!parsed.success) return undefined;
  const { id2label, label_names, label_descriptions } = parsed.data;
  const labels = label_names?.map((name) => described(name, label_descriptions?.[name]));
  const names = labels ?? Array.from({ length: classes }, (_, i) => id2label?.[i] ?? '');
  const usable = names.length === classes && names.every((name) => name !== '' && !placeholder.test(name));
  return usable ? names : undefined;
}

function described(name: string, words: string | undefined): string {
  if (words === undefined) return name;
  return synsetPattern.test(name) ? `${name} ${words}` : words;
}
