import { relative } from 'node:path';
import type { Dataset, DatasetOptions, EventRecording, TensorSample } from '../data/dataset.ts';
import { binEvents } from '../events/bin-events.ts';
import { openEvents } from '../files/events/open-events.ts';
import {
  collectEvents,
  type EventChunks,
  type Events,
  type SensorSize,
  sliceEvents,
} from '../formats/events/events.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';

/** Frames that the events of a sample are counted in where nothing is said. */
const defaultSteps = 12;

/** Sensors of data sets whose files do not say them: N-MNIST, and N-CARS, whose recordings are at most as large. */
const usualSizes: Readonly<Record<string, SensorSize>> = {
  'n-mnist': { width: 34, height: 34 },
  dat: { width: 120, height: 100 },
};

/** A sample in a file of events. */
export interface EventSampleFile {
  readonly id: string;
  readonly path: string;
  readonly label?: number;
  /** Microseconds of the file's clock in which the sample lies. Default: all of the file */
  readonly from?: number;
  readonly to?: number;
  /** What would be right at its end, where that is no class; told the size of the sensor. */
  readonly target?: (size: SensorSize) => FloatTensor;
}

/**
 * A data set of files of events, each read when it is asked for. Samples are counts [T, 2, height, width] in T equal times; all have the size of the
 * first one's sensor.
 */
export async function eventFilesDataset(
  facts: Pick<Dataset, 'kind' | 'name' | 'labelled' | 'classNames'>,
  files: readonly EventSampleFile[],
  { steps = defaultSteps }: Pick<DatasetOptions, 'steps'>,
): Promise<Dataset> {
  const size = files[0] ? await sensorOf(files[0].path) : { width: 1, height: 1 };
  const recordingOf = async ({ path, from, to }: EventSampleFile): Promise<EventRecording> => {
    const file = await openEvents(path, { size });
    return { ...size, chunks: () => between(file.chunks(from), from, to) };
  };
  const fileAt = (index: number): EventSampleFile => {
    const file = files[index];
    if (!file) throw new RangeError(`sample ${index} of ${files.length}`);
    return file;
  };
  return {
    ...facts,
    size: files.length,
    arrays: true,
    id: (index) => fileAt(index).id,
    recording: (index) => recordingOf(fileAt(index)),
    async sample(index): Promise<TensorSample> {
      const file = fileAt(index);
      const { id, label, from, to, target } = file;
      const events = await collectEvents((await recordingOf(file)).chunks());
      const time = from !== undefined && to !== undefined ? { start: from, duration: to - from } : {};
      const { shape, data } = binEvents(events, { ...size, ...time, steps });
      const right = target?.(size);
      return {
        kind: 'tensor',
        id,
        label,
        tensor: { shape: [...shape], data },
        ...(right && { target: right, targetsOverTime: [right] }),
      };
    },
  };
}

async function sensorOf(path: string): Promise<SensorSize> {
  const file = await openEvents(path);
  return file.sizeFrom === 'events' || file.sizeFrom === 'nothing' ? (usualSizes[file.format] ?? file) : file;
}

async function* between(
  chunks: EventChunks,
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<Events, void> {
  for await (const chunk of chunks) {
    const begin = chunk.t.findIndex((time) => time >= from);
    const end = chunk.t.findIndex((time) => time >= to);
    if (begin >= 0) yield sliceEvents(chunk, begin, end < 0 ? chunk.t.length : end);
    if (end >= 0) return;
  }
}

/** Endings of files of events, one each. */
export const eventFileName = /[^/]\.(bin|dat|raw|aedat|aedat4|h5|hdf5|npz)$/i;

/** Id of a sample: its path in the data set with `/`. */
export function sampleId(folder: string, path: string): string {
  return relative(folder, path).replaceAll('\\', '/');
}
