import type { Dataset } from '../../data/dataset.ts';
import { cropResized, type PreprocessConfig } from '../../images/preprocess.ts';
import { type ResampleBox, resizeImage } from '../../images/resample.ts';
import type { RgbImage } from '../../images/rgb-image.ts';
import { Random } from '../../random.ts';

/** Key of the random stream of crops. */
const cropStream = 4;

/** Smallest part of a picture's area that a crop shows, and how wide it is at most in units of its height, or high in units of its width. */
const [smallestArea, widest] = [0.25, 4 / 3];

/** Pictures as a network reads them: resized and cropped as `config` says, not normalised. */
export function asNetworkReads(dataset: Dataset, config: PreprocessConfig): Dataset {
  return withPictures(dataset, (image) => cropResized(image, config));
}

/**
 * Crops of random place and size (a quarter to all of the picture, 3:4 to 4:3), resized to what a network reads. They are dealt out
 * evenly: crop i is one of picture i mod n. Each depends on seed and number alone.
 *
 * @param count number of crops
 */
export function randomCrops(
  dataset: Dataset,
  config: PreprocessConfig,
  count: number,
  seed: number,
): Dataset {
  const pictureOf = (index: number) => index % dataset.size;
  const dealt: Dataset = {
    ...dataset,
    size: count,
    id: (index) => `${dataset.id(pictureOf(index))}#${Math.floor(index / dataset.size)}`,
    sample: (index) => dataset.sample(pictureOf(index)),
  };
  return withPictures(dealt, (image, index) => {
    const { cropWidth, cropHeight, interpolation } = config;
    const box = drawBox(image, cropWidth / cropHeight, new Random(seed, cropStream, index));
    const crop = resizeImage(image, cropWidth, cropHeight, interpolation, box);
    return cropResized(crop, { ...config, resize: [cropHeight, cropWidth] });
  });
}

/** A random part of a picture; proportions are those of the network's input, stretched by at most 4:3. */
function drawBox({ width, height }: RgbImage, proportions: number, random: Random): ResampleBox {
  const stretch = Math.exp(random.uniform(-Math.log(widest), Math.log(widest))) * proportions;
  const area = random.uniform(smallestArea, 1) * width * height;
  const columns = Math.min(Math.sqrt(area * stretch), width);
  const rows = Math.min(Math.sqrt(area / stretch), height);
  const [left, top] = [random.uniform(0, width - columns), random.uniform(0, height - rows)];
  return [left, top, Math.min(left + columns, width), Math.min(top + rows, height)];
}

function withPictures(dataset: Dataset, view: (image: RgbImage, index: number) => RgbImage): Dataset {
  // What is seen is not what is in the file.
  const { picture, ...rest } = dataset;
  return {
    ...rest,
    sample: async (index) => {
      const sample = await dataset.sample(index);
      return sample.kind === 'image' ? { ...sample, image: view(sample.image, index) } : sample;
    },
  };
}
