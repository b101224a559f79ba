import type { Random } from '../../random.ts';
import { glyphStrokes, type Point, type Stroke } from './glyphs-strokes.ts';

/** Height and width of a picture in pixels. */
export const glyphSide = 32;

/** Maps a point of the unit square to pixels. */
type Warp = (point: Point) => Point;

/**
 * Draws one glyph: its strokes under a random affine map and a random smooth (elastic) displacement, with random
 * width, brightness and contrast, fainter scraps of other strokes as clutter, and noise.
 *
 * @param label class, 0–35
 * @param random decides everything else
 * @returns 32·32 grey bytes, rows from the top
 */
export function renderGlyph(label: number, random: Random): Uint8Array {
  return develop(glyphInk(label, random), random);
}

/**
 * The ink of a glyph before it becomes grey: its strokes and, fainter, clutter.
 *
 * @param label class, 0–35
 * @param random decides everything else
 * @param cluttered whether there is clutter. Default true
 * @returns 32·32 amounts from 0 to 1, rows from the top
 */
export function glyphInk(label: number, random: Random, cluttered = true): Float32Array {
  const ink = new Float32Array(glyphSide * glyphSide);
  if (cluttered) addClutter(ink, random);
  const warp = randomWarp(random);
  const halfWidth = random.uniform(0.7, 1.6);
  for (const stroke of glyphStrokes[label]!) draw(ink, stroke.map(warp), halfWidth, 1);
  return ink;
}

/** Rotation, scale, shear and shift after an elastic displacement. */
function randomWarp(random: Random): Warp {
  const displace = randomDisplacement(random);
  const angle = random.uniform(-0.26, 0.26);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const shear = random.uniform(-0.25, 0.25);
  const width = random.uniform(14, 22);
  const height = random.uniform(16, 24);
  const centreX = glyphSide / 2 + random.uniform(-3, 3);
  const centreY = glyphSide / 2 + random.uniform(-3, 3);
  return (point) => {
    const [u, v] = displace(point);
    const x = (u - 0.5 + shear * (0.5 - v)) * width;
    const y = (v - 0.5) * height;
    return [centreX + cos * x - sin * y, centreY + sin * x + cos * y];
  };
}

/** Three plane waves of low frequency for each direction. */
function randomDisplacement(random: Random): Warp {
  const waves = Array.from({ length: 6 }, () => ({
    u: random.uniform(-1.2, 1.2),
    v: random.uniform(-1.2, 1.2),
    phase: random.uniform(0, 2 * Math.PI),
    size: random.uniform(0, 0.06),
  }));
  const sum = (from: number, [x, y]: Point) => {
    let total = 0;
    for (let i = from; i < from + 3; i++) {
      const { u, v, phase, size } = waves[i]!;
      total += size * Math.sin(2 * Math.PI * (u * x + v * y) + phase);
    }
    return total;
  };
  return (point) => [point[0] + sum(0, point), point[1] + sum(3, point)];
}

/** Short lines and arcs anywhere, fainter than the glyph. */
function addClutter(ink: Float32Array, random: Random): void {
  const count = random.integer(4);
  for (let i = 0; i < count; i++) {
    let x = random.uniform(0, glyphSide);
    let y = random.uniform(0, glyphSide);
    let heading = random.uniform(0, 2 * Math.PI);
    const bend = random.uniform(-0.5, 0.5);
    const points: Point[] = [[x, y]];
    for (let piece = 0; piece < 4; piece++) {
      x += 2.5 * Math.cos(heading);
      y += 2.5 * Math.sin(heading);
      heading += bend;
      points.push([x, y]);
    }
    draw(ink, points, random.uniform(0.5, 1.2), random.uniform(0.25, 0.85));
  }
}

/** Raises the ink along a line to `strength`, with edges one pixel soft. */
function draw(ink: Float32Array, points: Stroke, halfWidth: number, strength: number): void {
  for (let i = 1; i < points.length; i++) drawSegment(ink, points[i - 1]!, points[i]!, halfWidth, strength);
}

function drawSegment(ink: Float32Array, a: Point, b: Point, halfWidth: number, strength: number): void {
  const reach = halfWidth + 1;
  const first = (p: number, q: number) => Math.max(0, Math.floor(Math.min(p, q) - reach));
  const last = (p: number, q: number) => Math.min(glyphSide - 1, Math.ceil(Math.max(p, q) + reach));
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const squared = dx * dx + dy * dy || 1;
  const [right, bottom] = [last(a[0], b[0]), last(a[1], b[1])];
  for (let row = first(a[1], b[1]); row <= bottom; row++) {
    for (let column = first(a[0], b[0]); column <= right; column++) {
      const [x, y] = [column + 0.5 - a[0], row + 0.5 - a[1]];
      const along = Math.min(Math.max((x * dx + y * dy) / squared, 0), 1);
      const distance = Math.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2);
      const cover = Math.min(Math.max(halfWidth + 0.5 - distance, 0), 1) * strength;
      const at = row * glyphSide + column;
      if (cover > ink[at]!) ink[at] = cover;
    }
  }
}

/** Ink → grey bytes: a slanting background, contrast, noise; a tenth of the pictures dark on bright. */
function develop(ink: Float32Array, random: Random): Uint8Array {
  const base = random.uniform(10, 60);
  const [slantX, slantY] = [random.uniform(-1, 1), random.uniform(-1, 1)];
  const contrast = random.uniform(80, 190);
  const noise = random.uniform(4, 30);
  const invert = random.chance(0.1);
  return Uint8Array.from(ink, (amount, i) => {
    const slant =
      slantX * ((i % glyphSide) - glyphSide / 2) + slantY * (Math.floor(i / glyphSide) - glyphSide / 2);
    const grey = base + slant + contrast * amount + noise * random.normal();
    const clipped = Math.min(Math.max(Math.round(grey), 0), 255);
    return invert ? 255 - clipped : clipped;
  });
}
