import type { Random } from '../../random.ts';
import { glyphInk, glyphSide } from '../glyphs/glyphs-render.ts';

/** A glyph on its way through a scene. */
export interface GlyphObject {
  /** Class, 0–35. */
  readonly label: number;
  /** 32·32 amounts from 0 to 1. */
  readonly ink: Float32Array;
  /** Intensity of its ink, 0 to 255. */
  readonly intensity: number;
  /** How fast any part of it moves at most, in pixels a second. */
  readonly fastest: number;
  /** Where it is. */
  pose(seconds: number): Pose;
}

/** Where something is and how it lies. */
export interface Pose {
  /** Middle, in pixels of the sensor. */
  readonly x: number;
  readonly y: number;
  /** Radians, clockwise. */
  readonly angle: number;
  /** Pixels of the sensor a pixel of its picture. */
  readonly scale: number;
}

/** Left, top, right, bottom in pixels of the sensor. */
export type PixelBox = readonly [left: number, top: number, right: number, bottom: number];

/** What bounds the motion of all objects of a scene. */
const objectLimits = { speed: 120, turn: 1.5, growth: 0.5, smallest: 0.55, largest: 1.05 } as const;

/** Pixels from the middle of a glyph to its ends, in its picture. */
const halfGlyph = 13;

/** Ink that belongs to a glyph rather than to its soft edge. */
const inkEdge = 0.5;

/** Draws form, place and motion of a glyph; it bounces off the borders of the sensor. */
export function drawObject(
  label: number,
  intensity: number,
  size: { readonly width: number; readonly height: number },
  random: Random,
): GlyphObject {
  const { speed, turn, growth, smallest, largest } = objectLimits;
  const ink = glyphInk(label, random, false);
  const scale = random.uniform(smallest, largest);
  const heading = random.uniform(0, 2 * Math.PI);
  const fast = random.uniform(0.3, 1) * speed;
  const [vx, vy] = [fast * Math.cos(heading), fast * Math.sin(heading)];
  const margin = 10 * scale;
  const [x, y] = [random.uniform(margin, size.width - margin), random.uniform(margin, size.height - margin)];
  const [angle, turning] = [random.uniform(-0.2, 0.2), random.uniform(-turn, turn)];
  const growing = random.uniform(-growth, growth);
  return {
    label,
    ink,
    intensity,
    // Ends of strokes move with the sway and the growth, too.
    fastest: fast + 0.7 * halfGlyph * scale * (Math.abs(turning) + Math.abs(growing)) * 1.2,
    pose: (seconds) => ({
      x: bounce(x + vx * seconds, margin, size.width - margin),
      y: bounce(y + vy * seconds, margin, size.height - margin),
      // Glyphs are told apart by how they lie: they sway instead of turning round.
      angle: angle + 0.25 * Math.sin(turning * 4 * seconds),
      scale: scale * (1 + 0.2 * Math.sin(growing * 5 * seconds)),
    }),
  };
}

/** A place on the way to and fro between two walls. */
function bounce(at: number, low: number, high: number): number {
  const span = Math.max(high - low, 1e-9);
  const along = (((at - low) % (2 * span)) + 2 * span) % (2 * span);
  return low + (along > span ? 2 * span - along : along);
}

/** The smallest box around the ink of a glyph. */
export function boxOf({ ink }: GlyphObject, { x, y, angle, scale }: Pose): PixelBox {
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  const half = scale / 2;
  const box: [number, number, number, number] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let i = 0; i < ink.length; i++) {
    if (ink[i]! < inkEdge) continue;
    const [u, v] = [(i % glyphSide) + 0.5 - glyphSide / 2, Math.floor(i / glyphSide) + 0.5 - glyphSide / 2];
    const [column, row] = [x + cos * u - sin * v, y + sin * u + cos * v];
    box[0] = Math.min(box[0], column - half);
    box[1] = Math.min(box[1], row - half);
    box[2] = Math.max(box[2], column + half);
    box[3] = Math.max(box[3], row + half);
  }
  return box;
}
