import type { Scene } from '../../events/scenes/scene.ts';
import { logIntensity } from '../../events/sensor/log-intensity.ts';
import type { SensorSize } from '../../formats/events/events.ts';
import type { Random } from '../../random.ts';
import { glyphSide } from '../glyphs/glyphs-render.ts';
import { drawObject, type GlyphObject, type Pose } from './glyph-object.ts';

/** What a scene of moving glyphs is made of. */
export interface GlyphSceneSettings extends SensorSize {
  /** Seconds. */
  readonly duration: number;
  /** Glyphs are of the first so many classes, at most 36. */
  readonly classes: number;
  /** Most glyphs at a time, from 1 on. */
  readonly objects: number;
}

/** Glyphs that move over a still background with texture. Later ones lie over earlier ones. */
export interface GlyphScene extends Scene {
  readonly objects: readonly GlyphObject[];
}

/** Draws a scene. */
export function glyphScene(settings: GlyphSceneSettings, random: Random): GlyphScene {
  const { width, height, duration, classes } = settings;
  const { background, level } = drawBackground(settings, random);
  const count = 1 + random.integer(settings.objects);
  const objects = Array.from({ length: count }, () => {
    const brighter = random.chance(0.7);
    const factor = random.uniform(2.2, 4);
    const intensity = brighter ? Math.min(level * factor, 255) : level / factor;
    return drawObject(random.integer(classes), intensity, settings, random);
  });
  const still = background.map(logIntensity);
  const shown = background.slice();
  const fastest = Math.max(...objects.map(({ fastest: speed }) => speed));
  let begun = false;
  let touched: Rectangle[] = [];
  return {
    width,
    height,
    duration,
    objects,
    speedAt: () => fastest,
    render(seconds, log) {
      if (!begun) log.set(still);
      begun = true;
      // Only what lay or lies under a glyph changes.
      for (const area of touched) {
        restore(area, still, width, log);
        restore(area, background, width, shown);
      }
      const poses = objects.map((object) => object.pose(seconds));
      touched = poses.map((pose) => areaOf(pose, width, height));
      for (const [i, object] of objects.entries()) lay(object, poses[i]!, touched[i]!, { width, shown, log });
    },
  };
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function areaOf({ x, y, scale }: Pose, width: number, height: number): Rectangle {
  // Half the diagonal of what ink there is.
  const reach = scale * 0.55 * glyphSide;
  return {
    left: Math.max(Math.floor(x - reach), 0),
    top: Math.max(Math.floor(y - reach), 0),
    right: Math.min(Math.ceil(x + reach), width),
    bottom: Math.min(Math.ceil(y + reach), height),
  };
}

function restore(
  { left, top, right, bottom }: Rectangle,
  still: Float64Array,
  width: number,
  log: Float64Array,
): void {
  for (let row = top; row < bottom; row++) {
    log.set(still.subarray(row * width + left, row * width + right), row * width + left);
  }
}

interface Canvas {
  readonly width: number;
  /** Intensities of all pixels, with the glyphs that lie there already. */
  readonly shown: Float64Array;
  readonly log: Float64Array;
}

function lay({ ink, intensity }: GlyphObject, pose: Pose, area: Rectangle, canvas: Canvas): void {
  const { width, shown, log } = canvas;
  const cos = Math.cos(pose.angle) / pose.scale;
  const sin = Math.sin(pose.angle) / pose.scale;
  const middle = glyphSide / 2 - 0.5;
  for (let row = area.top; row < area.bottom; row++) {
    const v = row + 0.5 - pose.y;
    for (let column = area.left; column < area.right; column++) {
      const u = column + 0.5 - pose.x;
      const amount = inkAt(ink, cos * u + sin * v + middle, cos * v - sin * u + middle);
      if (amount === 0) continue;
      const at = row * width + column;
      const mixed = shown[at]! + (intensity - shown[at]!) * amount;
      shown[at] = mixed;
      log[at] = logIntensity(mixed);
    }
  }
}

/** Ink between four pixels of its picture. */
function inkAt(ink: Float32Array, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  if (column < 0 || row < 0 || column >= glyphSide - 1 || row >= glyphSide - 1) return 0;
  const at = row * glyphSide + column;
  const near = ink[at]!;
  const below = ink[at + glyphSide]!;
  const upper = near + (ink[at + 1]! - near) * (x - column);
  const lower = below + (ink[at + glyphSide + 1]! - below) * (x - column);
  return upper + (lower - upper) * (y - row);
}

/** A background with a few waves of texture. */
function drawBackground(
  { width, height }: SensorSize,
  random: Random,
): { background: Float64Array; level: number } {
  const level = random.uniform(40, 80);
  const waves = Array.from({ length: 4 }, () => ({
    x: random.uniform(-0.5, 0.5),
    y: random.uniform(-0.5, 0.5),
    phase: random.uniform(0, 2 * Math.PI),
    size: random.uniform(0, 0.08),
  }));
  const background = Float64Array.from({ length: width * height }, (_, i) => {
    const [column, row] = [i % width, Math.floor(i / width)];
    const wave = waves.reduce(
      (sum, { x, y, phase, size }) => sum + size * Math.sin(x * column + y * row + phase),
      0,
    );
    return level * (1 + wave);
  });
  return { background, level };
}
