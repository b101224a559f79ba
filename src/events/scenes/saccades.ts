import type { SensorSize } from '../../formats/events/events.ts';
import { logIntensity } from '../sensor/log-intensity.ts';
import type { Scene } from './scene.ts';

/** A grey picture as intensities. */
export interface IntensityPicture extends SensorSize {
  /** From 0 to 255, rows from the top. */
  readonly intensities: Float64Array;
}

/** How a picture moves before the camera. */
export interface SaccadeSettings extends SensorSize {
  /** Seconds of one of the three saccades. Default 0.1 */
  readonly saccadeSeconds?: number | undefined;
  /** Where the picture stands at the ends of the saccades, in pixels; it begins at the last one. Default: a triangle, down to the right, up to the right and back */
  readonly corners?: readonly (readonly [x: number, y: number])[] | undefined;
}

/**
 * The corners of a triangle that pictures are moved along, as shares of the width of the sensor. Recordings of N-MNIST (Orchard, Jayawant,
 * Cohen, Thakor, Frontiers in Neuroscience 2015) move by about as much: down to the right, up to the right, and back.
 */
const saccadeTriangle = [
  [0.5 / 7, 1.1 / 7],
  [1 / 7, 0],
  [0, 0],
] as const;

/** A picture that is moved by saccades before a still camera; around it its border goes on. */
export function saccadeScene(picture: IntensityPicture, settings: SaccadeSettings): Scene {
  const { width, height, saccadeSeconds = 0.1 } = settings;
  const corners = settings.corners ?? saccadeTriangle.map(([x, y]) => [x * width, y * width] as const);
  const reach = corners.reduce(([left, top], [x, y]) => [Math.max(left, x), Math.max(top, y)] as const, [
    0, 0,
  ] as const);
  // The middle of the way is the middle of the sensor.
  const [left, top] = [(width - picture.width - reach[0]) / 2, (height - picture.height - reach[1]) / 2];
  const cornerAt = (i: number) => corners[(i + corners.length) % corners.length] ?? ([0, 0] as const);
  const position = (seconds: number): readonly [number, number] => {
    const saccade = Math.min(Math.floor(seconds / saccadeSeconds), corners.length - 1);
    const share = seconds / saccadeSeconds - saccade;
    const done = share - Math.sin(2 * Math.PI * share) / (2 * Math.PI);
    const [from, to] = [cornerAt(saccade - 1), cornerAt(saccade)];
    return [from[0] + (to[0] - from[0]) * done, from[1] + (to[1] - from[1]) * done];
  };
  const longest = Math.max(
    ...corners.map(([x, y], i) => Math.hypot(x - cornerAt(i - 1)[0], y - cornerAt(i - 1)[1])),
  );
  return {
    width,
    height,
    duration: corners.length * saccadeSeconds,
    render: (seconds, log) => {
      const [x, y] = position(seconds);
      shiftPicture(picture, left + x, top + y, width, height, log);
    },
    speedAt: (seconds) => {
      const share = (seconds / saccadeSeconds) % 1;
      return (longest / saccadeSeconds) * (1 - Math.cos(2 * Math.PI * share));
    },
  };
}

/** Writes the log intensities of a picture whose corner stands anywhere between pixels, mixed of four neighbours. */
function shiftPicture(
  { width, height, intensities }: IntensityPicture,
  left: number,
  top: number,
  columns: number,
  rows: number,
  log: Float64Array,
): void {
  const [wholeX, wholeY] = [Math.floor(-left), Math.floor(-top)];
  const [u, v] = [-left - wholeX, -top - wholeY];
  const weights = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v] as const;
  const inside = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);
  for (let row = 0, i = 0; row < rows; row++) {
    const upper = inside(row + wholeY, height) * width;
    const lower = inside(row + wholeY + 1, height) * width;
    for (let column = 0; column < columns; column++, i++) {
      const near = inside(column + wholeX, width);
      const far = inside(column + wholeX + 1, width);
      const intensity =
        weights[0] * intensities[upper + near]! +
        weights[1] * intensities[upper + far]! +
        weights[2] * intensities[lower + near]! +
        weights[3] * intensities[lower + far]!;
      log[i] = logIntensity(intensity);
    }
  }
}
