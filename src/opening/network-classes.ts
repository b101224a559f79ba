import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logitsOf } from '../analysis/logits-of.ts';
import { classNamesIn } from '../checkpoints/class-names.ts';
import { keptClasses } from '../data/kept-classes.ts';
import { readClassLines } from '../decoding/read-classes.ts';
import { synsetFileNames } from '../decoding/synset-table.ts';
import { detects } from '../detection/add-detections.ts';
import { UsageError } from '../errors.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';

/** What the classes of a network are, where it does not say it, or says it wrongly. */
export interface ClassOptions {
  /**
   * File with a class a line, in the order of the logits: its name, or a synset id and words. Default: what the network says.
   */
  readonly classes?: string | undefined;
}

/**
 * The classes of a network in the order of its logits, a line each: as told, as the model keeps them, or as a `config.json` or a
 * synset file beside it says. None where nothing says as many as there are logits.
 *
 * @param folder of the network
 * @throws DataError if a file of classes cannot be read; UsageError if it has another number of classes than the network
 */
export async function networkClasses(
  model: Model,
  folder: string,
  { classes: file }: ClassOptions,
): Promise<readonly string[] | undefined> {
  const count = classCount(model);
  if (file !== undefined) {
    const told = await readClassLines(file);
    if (typeof count !== 'number' || told.length === count) return told;
    throw new UsageError({
      where: file,
      expected: `a line for each of the ${count} classes of the network`,
      got: `${told.length} lines`,
      remedy: 'Give the classes of this network in the order of its logits',
      means: ['labels'],
    });
  }
  if (typeof count !== 'number') return undefined;
  const config = configured(join(folder, 'config.json'), count);
  const found = [keptClasses(model), config, await synsetsIn(folder)];
  return found.find((classes) => classes !== undefined && classes.length === count);
}

/** How many classes a network tells, where that is known: behind the corners of boxes, if it tells boxes. */
function classCount(model: Model): Dimension {
  const last = logitsOf(model).shape?.at(-1);
  return typeof last === 'number' && detects(model) ? last - 4 : last;
}

/** What config.json says itself, or where timm puts what it knows of pretrained weights. */
function configured(path: string, count: number): readonly string[] | undefined {
  if (!existsSync(path)) return undefined;
  const config = parse(readFileSync(path, 'utf8')) as { pretrained_cfg?: unknown } | null | undefined;
  return classNamesIn(config, count) ?? classNamesIn(config?.pretrained_cfg, count);
}

async function synsetsIn(folder: string): Promise<readonly string[] | undefined> {
  const file = synsetFileNames.map((name) => join(folder, name)).find(existsSync);
  return file === undefined ? undefined : readClassLines(file);
}

/** A damaged config.json is for whoever needs it to complain about. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
