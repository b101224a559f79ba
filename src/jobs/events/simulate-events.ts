import { glyphScene } from '../../data/event-glyphs/glyph-scene.ts';
import { saccadePicture } from '../../data/event-glyphs/saccade-picture.ts';
import { decodeImage } from '../../decoding/decode-image.ts';
import type { Scene } from '../../events/scenes/scene.ts';
import { sceneEvents } from '../../events/scenes/scene.ts';
import { type SensorName, type SensorSettings, sensors } from '../../events/sensor/sensor-settings.ts';
import { writeEvents, writtenFormat } from '../../files/events/write-events.ts';
import type { Events } from '../../formats/events/events.ts';
import { Random } from '../../random.ts';
import { requireWritable } from '../require-writable.ts';

/** What is simulated, and how it is seen. */
export interface SimulateEventsSettings {
  /** File to write; its extension says the format. */
  readonly output: string;
  /** Name of the format, where the extension leaves it open. Default: EVT 3 for `.raw` */
  readonly format?: string | undefined;
  /** Name of the sensor. Default `everyday` */
  readonly sensor?: SensorName | undefined;
  /** Settings that differ from those of the sensor of that name. */
  readonly sensorSettings?: Partial<SensorSettings> | undefined;
  /** Width and height of the sensor in pixels. Default: 64 × 64 for glyphs, what goes with the picture for saccades */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** Seconds of a scene of glyphs. Default 1; saccades of a picture take 0.3 */
  readonly seconds?: number | undefined;
  /** Decides scene, mismatch and noise. Default 0 */
  readonly seed?: number | undefined;
  /** Whether an existing file that holds something else may be replaced. Default false */
  readonly force?: boolean | undefined;
}

/** What was written. */
export interface SimulatedEvents {
  readonly output: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly events: number;
  /** Seconds that were simulated. */
  readonly seconds: number;
}

/**
 * Writes what an event camera would send.
 *
 * @param what `glyphs` for moving digits and letters, else the path of a picture, which saccades move
 * @throws DataError if the picture cannot be read; UsageError if the file cannot be written
 */
export async function simulateEvents(
  what: string,
  settings: SimulateEventsSettings,
): Promise<SimulatedEvents> {
  const { output, force, seed = 0, sensor = 'everyday', sensorSettings } = settings;
  const format = writtenFormat(output, settings.format);
  await requireWritable(output, { inputs: what === 'glyphs' ? [] : [what], kind: 'events', force });
  const scene = await sceneOf(what, settings, new Random(seed, 4));
  let events = 0;
  function* counted(): Generator<Events, void> {
    for (const chunk of sceneEvents(scene, { seed, sensor: { ...sensors[sensor], ...sensorSettings } })) {
      events += chunk.t.length;
      yield chunk;
    }
  }
  await writeEvents(output, scene, counted(), format);
  return { output, format, width: scene.width, height: scene.height, events, seconds: scene.duration };
}

async function sceneOf(what: string, settings: SimulateEventsSettings, random: Random): Promise<Scene> {
  const { size, seconds = 1 } = settings;
  if (what === 'glyphs') {
    const { width, height } = size ?? { width: 64, height: 64 };
    return glyphScene({ width, height, duration: seconds, classes: 36, objects: 3 }, random);
  }
  const side = size && Math.max(size.width, size.height);
  return saccadePicture(await decodeImage(what), { side }, random);
}
