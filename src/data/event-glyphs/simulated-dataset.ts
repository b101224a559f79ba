import { binEvents } from '../../events/bin-events.ts';
import type { Scene } from '../../events/scenes/scene.ts';
import { type SimulationSettings, simulateScene } from '../../events/scenes/scene.ts';
import type { Events, SensorSize } from '../../formats/events/events.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { Dataset, TensorSample } from '../dataset.ts';

const microseconds = 1e6;

/** A scene, how it is seen, and what is right for it. */
export interface SeenScene {
  readonly scene: Scene;
  readonly settings: SimulationSettings;
  readonly label?: number | undefined;
  /** Objects that are there at the end of each part of the time, found from the events. */
  readonly objects?: (events: Events) => readonly FloatTensor[];
}

/** How events of samples are counted. */
export interface CountSettings extends SensorSize {
  readonly steps: number;
  readonly by: 'time' | 'count';
}

/** A data set of scenes that are simulated when they are asked for; each sample is [T, 2, height, width]. */
export function simulatedDataset(
  facts: Pick<Dataset, 'kind' | 'name' | 'size' | 'labelled' | 'classNames' | 'id'>,
  { width, height, steps, by }: CountSettings,
  sceneOf: (index: number) => SeenScene | Promise<SeenScene>,
): Dataset {
  const eventsOf = async (index: number) => {
    const seen = await sceneOf(index);
    return { ...seen, events: await simulateScene(seen.scene, seen.settings) };
  };
  return {
    ...facts,
    arrays: true,
    recording: async (index) => {
      const { events } = await eventsOf(index);
      return { width, height, chunks: () => [events] };
    },
    async sample(index): Promise<TensorSample> {
      const { scene, label, objects, events } = await eventsOf(index);
      const duration = scene.duration * microseconds;
      const { shape, data } = binEvents(events, { width, height, steps, by, start: 0, duration });
      const targetsOverTime = objects?.(events);
      const target = targetsOverTime?.at(-1);
      return {
        kind: 'tensor',
        id: facts.id(index),
        label,
        tensor: { shape: [...shape], data },
        ...(target && targetsOverTime && { target, targetsOverTime }),
      };
    },
  };
}
