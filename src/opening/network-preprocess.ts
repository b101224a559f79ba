import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError, messageOf, UsageError } from '../errors.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { keptPreprocess } from '../images/kept-preprocess.ts';
import {
  imageNetPreprocess,
  type ParsedPreprocessConfig,
  parsePreprocessConfig,
} from '../images/parse-preprocess-config.ts';
import type { ImageSize } from '../images/preprocess-forms/preprocess-form.ts';

/** How pictures become inputs, where the network does not say it, or says it wrongly. */
export interface PreprocessOptions {
  /**
   * `imagenet`: the usual settings of ImageNet. `unit`: pictures resized to the input, pixels from 0 to 1. Else a JSON file in one
   * of the forms that a checkpoint's `config.json` or `preprocessor_config.json` may have. Default: what the network says.
   */
  readonly preprocess?: string | undefined;
}

/**
 * How pictures become inputs of a network: as told, as the model keeps it, or as files beside it say; else what is usual for
 * ImageNet, marked as assumed. None for a network whose input is no picture.
 *
 * @param folder of the network, with `preprocessor_config.json` or `config.json`
 * @param shape of one input, without the batch
 * @throws FormatError if a file is no JSON, or its settings cannot be used; UsageError if preprocessing is told for other
 * inputs than pictures, or a file says nothing of it
 */
export function networkPreprocess(
  model: Model,
  folder: string,
  shape: readonly Dimension[],
  { preprocess: told }: PreprocessOptions,
): ParsedPreprocessConfig | undefined {
  const [channels, height, width] = shape;
  if (shape.length !== 3 || typeof height !== 'number' || typeof width !== 'number') {
    if (told === undefined) return undefined;
    throw noPicture(told, shape);
  }
  const size: ImageSize = [height, width];
  if (told !== undefined) return fitting(toldPreprocess(told, size, channels), channels, told);
  return keptPreprocess(model) ?? fitting(foundPreprocess(folder, size), channels, folder);
}

function toldPreprocess(
  told: string,
  [height, width]: ImageSize,
  channels: Dimension | undefined,
): ParsedPreprocessConfig {
  if (told === 'imagenet' && channels !== 1)
    return { ...imageNetPreprocess([height, width]), assumed: false };
  if (told === 'imagenet') {
    throw new UsageError({
      where: 'preprocess imagenet',
      expected: 'a network for colours',
      got: 'one for grey pictures',
      remedy: "Give 'unit', or a file with mean and std",
      means: ['preprocess'],
    });
  }
  if (told === 'unit') return unitPreprocess([height, width]);
  const found = parsePreprocessConfig(readJson(told), [height, width], told);
  if (!found.assumed) return found;
  throw new FormatError({
    where: told,
    expected: 'settings of preprocessing, as { "preprocess": { "mean": [...], "std": [...] } }',
    got: 'none in a form that is known',
    remedy: "Give another file, 'imagenet', or 'unit'",
    means: ['preprocess'],
  });
}

function unitPreprocess([height, width]: ImageSize): ParsedPreprocessConfig {
  return {
    resize: [height, width],
    interpolation: 'bicubic',
    cropHeight: height,
    cropWidth: width,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    channels: 3,
    scale: 1 / 255,
    assumed: false,
  };
}

function foundPreprocess(folder: string, size: ImageSize): ParsedPreprocessConfig {
  const files = ['preprocessor_config.json', 'config.json']
    .map((name) => join(folder, name))
    .filter(existsSync);
  const found = files
    .map((file) => parsePreprocessConfig(readJson(file), size, file))
    .find(({ assumed }) => !assumed);
  return found ?? imageNetPreprocess(size);
}

/**
 * Settings for colours do for a grey network where mean and standard deviation are the same for all of them.
 *
 * @param where they come from
 * @throws FormatError if they are not: nothing says what those of grey are
 */
function fitting(
  preprocess: ParsedPreprocessConfig,
  channels: Dimension | undefined,
  where: string,
): ParsedPreprocessConfig {
  if (channels !== 1 || preprocess.channels === 1) return preprocess;
  // What is assumed is refused for pictures anyway.
  if (preprocess.assumed) return { ...preprocess, channels: 1, mean: [0], std: [1] };
  const [mean, std] = [new Set(preprocess.mean), new Set(preprocess.std)];
  if (mean.size === 1 && std.size === 1)
    return { ...preprocess, channels: 1, mean: [...mean], std: [...std] };
  throw new FormatError({
    where: `${where}: preprocessing`,
    expected: 'one mean and one std, since the network takes grey pictures',
    got: `mean [${preprocess.mean.join(', ')}] and std [${preprocess.std.join(', ')}]`,
    remedy:
      "Give the option preprocess: 'unit' for pixels from 0 to 1, or a JSON file with mean and std of grey",
    means: ['preprocess'],
  });
}

function noPicture(told: string, shape: readonly Dimension[]): UsageError {
  return new UsageError({
    where: `preprocess ${told}`,
    expected: 'a network for pictures, with inputs [channels, height, width]',
    got: `[${shape.join(', ')}]`,
    remedy: 'Leave it out',
    means: ['preprocess'],
  });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new FormatError(
      { where: path, expected: 'JSON', got: messageOf(error), remedy: 'Mend the file or take it away' },
      { cause: error },
    );
  }
}
