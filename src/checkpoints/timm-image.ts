import type { Report } from './problem-line.ts';
import { heightAndWidth, type TimmConfig, timmField } from './timm-config.ts';
import { patchCount } from './vision-transformer.ts';

/** Height and width of the image, and whether the position embeddings cover the prefix tokens too. */
export interface TimmImage {
  readonly imageSize: readonly [number, number];
  readonly coverPrefix: boolean;
}

interface Reading {
  readonly patches: number;
  readonly coverPrefix: boolean;
}

/**
 * Finds out for which image the position embeddings were made. config.json decides where it states the size
 * (`image_size`, `img_size`); else `pretrained_cfg.input_size` where it fits; else the image is square.
 *
 * @param positions number of position embeddings
 * @param prefix number of tokens before the patches
 */
export function timmImage(
  config: TimmConfig,
  positions: number,
  prefix: number,
  patchSize: readonly [number, number],
  report: Report,
): TimmImage {
  const readings = possibleReadings(positions, prefix, timmField(config, 'no_embed_class'));
  const imageFor = (imageSize: readonly [number, number]) => {
    const reading = readings.find(({ patches }) => patches === patchCount(imageSize, patchSize));
    return reading && { imageSize, coverPrefix: reading.coverPrefix };
  };
  const stated = statedSize(config);
  const [, ...hinted] = config.pretrained_cfg?.input_size ?? [];
  const image = stated
    ? imageFor(stated)
    : (hinted.length > 0 && imageFor(hinted as [number, number])) || square(readings, patchSize);
  if (image) return image;
  report({
    where: "'pos_embed'",
    expected: stated
      ? `${patchCount(stated, patchSize)} patches (image ${stated.join('×')}, patch ${patchSize.join('×')}) and up to ${prefix} prefix tokens`
      : `a square number of patches and up to ${prefix} prefix tokens`,
    got: `${positions} positions`,
    remedy:
      "Set 'image_size' in config.json to the number, or [height, width], that the weights were trained with",
  });
  return { imageSize: [patchSize[0], patchSize[1]], coverPrefix: true };
}

function possibleReadings(positions: number, prefix: number, noEmbedClass: boolean | undefined): Reading[] {
  const readings = [
    { patches: positions - prefix, coverPrefix: true },
    { patches: positions, coverPrefix: false },
  ];
  return noEmbedClass === undefined
    ? readings
    : readings.filter(({ coverPrefix }) => coverPrefix !== noEmbedClass);
}

function statedSize(config: TimmConfig): readonly [number, number] | undefined {
  const size = timmField(config, 'image_size') ?? timmField(config, 'img_size');
  return size === undefined ? undefined : heightAndWidth(size);
}

/** The image of a network without position embeddings: as config.json states it, else 224×224, which timm takes too. */
export function statedImage(config: TimmConfig): TimmImage {
  const [, height, width] = config.pretrained_cfg?.input_size ?? [3, 224, 224];
  return { imageSize: statedSize(config) ?? [height, width], coverPrefix: false };
}

function square(readings: readonly Reading[], patchSize: readonly [number, number]): TimmImage | undefined {
  for (const { patches, coverPrefix } of readings) {
    const side = Math.sqrt(patches);
    if (patches > 0 && Number.isInteger(side)) {
      return { imageSize: [side * patchSize[0], side * patchSize[1]], coverPrefix };
    }
  }
  return undefined;
}
