import { collectEvents, type Events, type SensorSize } from '../../formats/events/events.ts';
import { DvsSensor } from '../sensor/dvs-sensor.ts';
import type { SensorSettings } from '../sensor/sensor-settings.ts';

/** What a camera looks at. */
export interface Scene extends SensorSize {
  /** Seconds. */
  readonly duration: number;
  /**
   * Writes the log intensity of each pixel at a time, rows from the top. Times come in order; what was written for the last one is still there.
   *
   * @param seconds from 0 to the duration
   */
  render(seconds: number, log: Float64Array): void;
  /** How fast anything moves at a time, at most, in pixels a second. */
  speedAt(seconds: number): number;
}

/** How a scene is seen. */
export interface SimulationSettings {
  readonly sensor?: Partial<SensorSettings> | undefined;
  /** Decides mismatch and noise. Default 0 */
  readonly seed?: number | undefined;
  /** How far anything moves from one rendered frame to the next, at most, in pixels. Default 0.25 */
  readonly pixelsPerFrame?: number | undefined;
  /** Longest time between two frames, in seconds. Default 0.01 */
  readonly longestFrame?: number | undefined;
}

const framesPerChunk = 64;

/** What an event camera sends of a scene, chunk by chunk in the order of time; frames are as dense as the motion asks for. */
export function* sceneEvents(scene: Scene, settings: SimulationSettings = {}): Generator<Events, void> {
  const { seed = 0, pixelsPerFrame = 0.25, longestFrame = 0.01 } = settings;
  const sensor = new DvsSensor(scene.width, scene.height, settings.sensor, seed);
  const log = new Float64Array(scene.width * scene.height);
  scene.render(0, log);
  sensor.start(0, log);
  let seconds = 0;
  for (let frame = 1; seconds < scene.duration; frame++) {
    seconds = Math.min(nextFrame(scene, seconds, pixelsPerFrame, longestFrame), scene.duration);
    scene.render(seconds, log);
    sensor.advance(seconds, log);
    if (frame % framesPerChunk === 0) yield sensor.take();
  }
  yield sensor.take();
}

/** All events of a scene. */
export async function simulateScene(scene: Scene, settings: SimulationSettings = {}): Promise<Events> {
  return collectEvents(sceneEvents(scene, settings));
}

/** Speeds may rise within the frame: where they do, the frame ends sooner. */
function nextFrame(scene: Scene, from: number, pixels: number, longest: number): number {
  const span = (seconds: number) => Math.min(longest, pixels / Math.max(scene.speedAt(seconds), 1e-9));
  const first = span(from);
  const behind = span(Math.min(from + first, scene.duration));
  return from + Math.min(first, Math.max(behind, first / 4));
}
