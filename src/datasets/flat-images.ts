import { isImageName } from '../data/data-location.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { imageFilesDataset } from '../decoding/image-files-dataset.ts';

/** Pictures in one folder without labels; good for calibration, not for accuracy. */
export const flatImages = defineDataset({
  name: 'flat-images',
  summary: 'a folder of pictures without labels (for calibration)',
  accepts: [],
  // Folders with pictures make it a data set of classes, which is asked first; others are nothing to stumble over.
  matches: ({ files }) => files.some(isImageName),
  async open({ path, name, files }) {
    const images = files.filter(isImageName).map((id) => ({ id }));
    return imageFilesDataset({ kind: 'flat-images', name, labelled: false }, path, images);
  },
});
