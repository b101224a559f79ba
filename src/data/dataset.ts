import type { EventChunks, SensorSize } from '../formats/events/events.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { RgbImage } from '../images/rgb-image.ts';

/** A decoded picture with its class. */
export interface ImageSample {
  kind: 'image';
  /** Stable and unique in the data set. */
  id: string;
  /** Index of the class; undefined if the data set has no labels. */
  label: number | undefined;
  /** What would be right where that is no class, without a batch axis: numbers, or a label for each position. */
  target?: FloatTensor;
  image: RgbImage;
}

/** A ready-made network input with its class. */
export interface TensorSample {
  kind: 'tensor';
  /** Stable and unique in the data set. */
  id: string;
  /** Index of the class; undefined if the data set has no labels. */
  label: number | undefined;
  /** What would be right where that is no class, without a batch axis: numbers, or a label for each position. */
  target?: FloatTensor;
  /**
   * What would be right at the end of each part of the sample, where it goes on in time: objects that are there then. The last one is the
   * target of the whole.
   */
  targetsOverTime?: readonly FloatTensor[];
  /** Shape without a batch axis; the numbers are taken as they are, without scaling. */
  tensor: { shape: number[]; data: Float32Array };
}

/** A text with its class. */
export interface TextSample {
  kind: 'text';
  /** Stable and unique in the data set. */
  id: string;
  /** Index of the class; undefined if the data set has no labels. */
  label: number | undefined;
  /** What would be right where that is no class, without a batch axis. */
  target?: FloatTensor;
  text: string;
  /** The second one of a pair of texts. */
  pair?: string;
}

export type Sample = ImageSample | TensorSample | TextSample;

/** What data are: texts, or pictures and arrays. */
export type Reading = 'text' | 'pictures';

/** A stream of events with the size of the sensor that it comes from. */
export interface EventRecording extends SensorSize {
  /** The events from the first on, as often as it is asked. */
  chunks(): EventChunks;
}

/** A picture of a data set that was not read yet. */
export interface PictureFile {
  /** Stable and unique in the data set. */
  readonly id: string;
  /** Index of the class; undefined if the data set has no labels. */
  readonly label: number | undefined;
  /** What would be right where that is no class, without a batch axis. */
  readonly target?: FloatTensor;
  /** Absolute path of the file. */
  readonly path: string;
}

/** Samples in a fixed order. */
export interface Dataset {
  /** Name of the kind, for example `image-folder`. */
  kind: string;
  /** Name of the folder or file. */
  name: string;
  /** Number of samples. */
  size: number;
  /** Whether samples go on beyond `size`, so that no epoch of a training has to repeat one. Default: false */
  endless?: boolean;
  /** Samples a batch, where the data came in batches. */
  batchSize?: number;
  /** True if every sample has a label. */
  labelled: boolean;
  /** Names of the classes in the order of their indices, where the data set tells them. */
  classNames?: string[];
  /**
   * Reads and decodes one sample; may be called concurrently.
   *
   * @throws DataError if the picture is missing or damaged.
   */
  sample(index: number): Promise<Sample>;
  /** The file of a sample, without reading it, where every sample is a picture in a file of its own. */
  picture?(index: number): Promise<PictureFile>;
  /** Whether samples are arrays that a network takes as they are. Default false: pictures or texts have to be prepared for it. */
  arrays?: boolean;
  /** The events of a sample one by one, where it is made of events; {@link sample} counts them. */
  recording?(index: number): Promise<EventRecording>;
  /** The id of a sample, without reading it: its path in the data set with `/`, or its index. */
  id(index: number): string;
}

/** Facts about data that the files do not tell by themselves. */
export interface DatasetOptions {
  /**
   * File of labels: integers for `npy` (text with one a line, or `.npy`), a synset file for picture files named by synsets, class
   * names, one a line, for folders of classes.
   */
  labels?: string | undefined;
  /**
   * What would be right for the samples, where that is no class: a `.npy` array [N, …], a table of numbers (one line a sample), or a
   * folder of masks (PNG of indices, or `.npy`) named as the samples.
   */
  targets?: string | undefined;
  /** File of synsets, one a line: `n01440764 tench, Tinca tinca`; its line order is the order of the classes. */
  synsets?: string | undefined;
  /** Classes of the network in the order of its logits, for data that name theirs; see Network. A given file comes before them. */
  classes?: readonly string[] | undefined;
  /** Whether the classes matter; without them, as for calibration, pictures named by synsets need no synset file. Default true. */
  needsLabels?: boolean | undefined;
  /** Take at most this many samples, evenly spread over the whole data set: sample i is number floor(i * size / limit). */
  limit?: number | undefined;
  /** Which part to open where there are several, for example `train`; default: by what it is for. */
  split?: string | undefined;
  /**
   * What the samples are for where no part is named: what is measured takes the test part, else the validation part, and calibration
   * takes the training part where there is one. Default `measuring`.
   */
  purpose?: 'measuring' | 'calibration' | undefined;
  /** Number of axes of one sample of an `npy` file; the axes before them are merged. Default all but the first. */
  sampleRank?: number | undefined;
  /** Frames that the events of a sample are counted in, T. Default: what the data set has, 12 */
  steps?: number | undefined;
  /** What is wanted, where a file could be read in several ways; data of other kinds are refused. Default: anything. */
  reads?: Reading | undefined;
  /** Columns of a table of texts. Default: what they are usually called. */
  columns?:
    | {
        readonly text?: string | undefined;
        /** Of the second text of a pair. */
        readonly pair?: string | undefined;
        readonly label?: string | undefined;
      }
    | undefined;
}
