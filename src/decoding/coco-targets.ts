import { z } from 'zod';
import { type ObjectRow, objectTarget } from '../data/object-columns.ts';
import { DataError, listProblems } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';

const shownProblems = 20;

const cocoSchema = z.object({
  images: z.array(
    z.object({
      id: z.union([z.number(), z.string()]),
      file_name: z.string(),
      width: z.number().positive(),
      height: z.number().positive(),
    }),
  ),
  annotations: z.array(
    z.object({
      image_id: z.union([z.number(), z.string()]),
      category_id: z.int(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      iscrowd: z.union([z.number(), z.boolean()]).optional(),
      ignore: z.union([z.number(), z.boolean()]).optional(),
    }),
  ),
  categories: z.array(z.object({ id: z.int(), name: z.string().optional() })),
});

/**
 * Objects of the samples from a COCO annotation file. Images are found by `file_name`, with or without folder and extension; samples that only
 * have numbers, as those of a stack, stand in the order of `images`. Categories are classes in the order of their ids.
 *
 * @param text JSON
 * @param ids of all samples, in their order
 * @throws DataError if it is no such file, or lacks a sample
 */
export function cocoTargets(text: string, where: string, ids: readonly string[]): FloatTensor[] {
  const { images, annotations, categories } = parseCoco(text, where);
  const positions = new Map(
    categories
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .map((id, i) => [id, i] as const),
  );
  const sizes = new Map(images.map((image) => [image.id, image]));
  const problems: string[] = [];
  const rows = new Map(images.map(({ id }) => [id, [] as ObjectRow[]]));
  for (const [i, { image_id: image, category_id: id, bbox, iscrowd, ignore }] of annotations.entries()) {
    const [size, position] = [sizes.get(image), positions.get(id)];
    if (!size) problems.push(`annotations[${i}]: expected the id of an image, got ${image}`);
    if (position === undefined) problems.push(`annotations[${i}]: expected the id of a category, got ${id}`);
    if (!size || position === undefined) continue;
    const [x, y, width, height] = bbox;
    rows.get(image)!.push({
      left: x / size.width,
      top: y / size.height,
      right: (x + width) / size.width,
      bottom: (y + height) / size.height,
      crowd: Number(iscrowd ?? 0),
      ignored: Number(ignore ?? 0),
      class: position,
      id,
      classes: positions.size,
    });
  }
  if (problems.length > 0) throw notCoco(where, problems);
  return imagesOf(images, ids, where).map((id) => objectTarget(rows.get(id)!));
}

function parseCoco(text: string, where: string): z.infer<typeof cocoSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw notCoco(where, [String(error)]);
  }
  const parsed = cocoSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw notCoco(
    where,
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`),
  );
}

function notCoco(where: string, problems: readonly string[]): DataError {
  const heading = `${where}: not a COCO file of objects. Correct:`;
  return new DataError(listProblems(heading, problems.slice(0, shownProblems)));
}

type CocoImage = z.infer<typeof cocoSchema>['images'][number];

/** Ids of the images in the order of the samples. */
function imagesOf(images: readonly CocoImage[], ids: readonly string[], where: string): (string | number)[] {
  const byName = new Map(
    images.flatMap(({ id, file_name: file }) => namesOf(file).map((name) => [name, id])),
  );
  const found = ids.map((id) =>
    namesOf(id)
      .map((name) => byName.get(name))
      .find((each) => each !== undefined),
  );
  const missing = ids.filter((_, i) => found[i] === undefined);
  if (missing.length === 0) return found as (string | number)[];
  if (ids.every((id) => /^\d+$/.test(id)) && images.length === ids.length) return images.map(({ id }) => id);
  throw new DataError({
    where,
    expected: `an image for each of ${ids.length} samples, by its file_name`,
    got: `none for '${missing[0]}'${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}`,
    remedy: 'Give the annotations that belong to these images',
    means: ['labels'],
  });
}

/** What a file may be called: its path, its name, its name without the extension. */
function namesOf(file: string): string[] {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return [file, name, name.replace(/\.[^.]+$/, '')];
}
