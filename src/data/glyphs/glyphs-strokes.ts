/** A point of a glyph: x to the right and y down, both in [0, 1]. */
export type Point = readonly [x: number, y: number];

/** A line through points. */
export type Stroke = readonly Point[];

/** A line through points given as `x,y` pairs. */
function line(...numbers: readonly number[]): Stroke {
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!]);
}

/** Part of an ellipse, from one angle to another in degrees: 0 is right, 90 is down. */
function arc(x: number, y: number, rx: number, ry: number, from = 0, to = 360): Stroke {
  const pieces = Math.max(4, Math.ceil(Math.abs(to - from) / 24));
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / pieces) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
}

/** The skeleton of each class: ten digits and 26 letters. Zero is slashed, one has a flag and a foot, I has serifs. */
const skeletons: Readonly<Record<string, readonly Stroke[]>> = {
  '0': [arc(0.5, 0.5, 0.32, 0.46), line(0.3, 0.8, 0.7, 0.2)],
  '1': [line(0.28, 0.26, 0.52, 0.06, 0.52, 0.95), line(0.3, 0.95, 0.74, 0.95)],
  '2': [arc(0.48, 0.3, 0.3, 0.25, 190, 390), line(0.74, 0.43, 0.18, 0.95, 0.84, 0.95)],
  '3': [arc(0.44, 0.28, 0.3, 0.23, 210, 450), arc(0.44, 0.73, 0.34, 0.23, 270, 510)],
  '4': [line(0.66, 0.95, 0.66, 0.05, 0.14, 0.66, 0.88, 0.66)],
  '5': [line(0.8, 0.06, 0.27, 0.06, 0.22, 0.45), arc(0.46, 0.67, 0.33, 0.28, 235, 500)],
  '6': [line(0.7, 0.05, 0.4, 0.3, 0.22, 0.62), arc(0.5, 0.69, 0.3, 0.26)],
  '7': [line(0.16, 0.06, 0.84, 0.06, 0.4, 0.96), line(0.36, 0.5, 0.76, 0.5)],
  '8': [arc(0.5, 0.27, 0.24, 0.21), arc(0.5, 0.72, 0.31, 0.24)],
  '9': [arc(0.5, 0.31, 0.3, 0.26), line(0.8, 0.36, 0.66, 0.7, 0.42, 0.96)],
  A: [line(0.1, 0.96, 0.5, 0.04, 0.9, 0.96), line(0.26, 0.62, 0.74, 0.62)],
  B: [line(0.2, 0.04, 0.2, 0.96), arc(0.2, 0.27, 0.5, 0.23, -90, 90), arc(0.2, 0.73, 0.6, 0.23, -90, 90)],
  C: [arc(0.54, 0.5, 0.38, 0.46, 48, 312)],
  D: [line(0.18, 0.04, 0.18, 0.96), arc(0.18, 0.5, 0.66, 0.46, -90, 90)],
  E: [line(0.84, 0.05, 0.2, 0.05, 0.2, 0.95, 0.84, 0.95), line(0.2, 0.5, 0.7, 0.5)],
  F: [line(0.84, 0.05, 0.2, 0.05, 0.2, 0.96), line(0.2, 0.48, 0.7, 0.48)],
  G: [arc(0.52, 0.5, 0.38, 0.46, 10, 310), line(0.9, 0.56, 0.56, 0.56)],
  H: [line(0.16, 0.04, 0.16, 0.96), line(0.84, 0.04, 0.84, 0.96), line(0.16, 0.5, 0.84, 0.5)],
  I: [line(0.5, 0.05, 0.5, 0.95), line(0.26, 0.05, 0.74, 0.05), line(0.26, 0.95, 0.74, 0.95)],
  J: [line(0.4, 0.05, 0.84, 0.05), line(0.68, 0.05, 0.68, 0.68), arc(0.42, 0.68, 0.26, 0.27, 0, 170)],
  K: [line(0.2, 0.04, 0.2, 0.96), line(0.84, 0.04, 0.2, 0.56), line(0.4, 0.42, 0.86, 0.96)],
  L: [line(0.24, 0.04, 0.24, 0.95, 0.84, 0.95)],
  M: [line(0.1, 0.96, 0.16, 0.05, 0.5, 0.62, 0.84, 0.05, 0.9, 0.96)],
  N: [line(0.16, 0.96, 0.16, 0.05, 0.84, 0.95, 0.84, 0.04)],
  O: [arc(0.5, 0.5, 0.42, 0.45)],
  P: [line(0.2, 0.04, 0.2, 0.96), arc(0.2, 0.3, 0.6, 0.26, -90, 90)],
  Q: [arc(0.48, 0.47, 0.38, 0.42), line(0.56, 0.64, 0.92, 0.98)],
  R: [line(0.2, 0.96, 0.2, 0.04), arc(0.2, 0.28, 0.56, 0.24, -90, 90), line(0.42, 0.52, 0.84, 0.96)],
  S: [arc(0.5, 0.28, 0.3, 0.23, -30, -270), arc(0.5, 0.73, 0.33, 0.23, -90, 150)],
  T: [line(0.1, 0.05, 0.9, 0.05), line(0.5, 0.05, 0.5, 0.96)],
  U: [line(0.16, 0.04, 0.16, 0.62), arc(0.5, 0.62, 0.34, 0.34, 180, 0), line(0.84, 0.62, 0.84, 0.04)],
  V: [line(0.12, 0.04, 0.5, 0.96, 0.88, 0.04)],
  W: [line(0.05, 0.04, 0.28, 0.96, 0.5, 0.3, 0.72, 0.96, 0.95, 0.04)],
  X: [line(0.14, 0.04, 0.86, 0.96), line(0.86, 0.04, 0.14, 0.96)],
  Y: [line(0.12, 0.04, 0.5, 0.5, 0.88, 0.04), line(0.5, 0.5, 0.5, 0.96)],
  Z: [line(0.16, 0.05, 0.84, 0.05, 0.16, 0.95, 0.84, 0.95)],
};

/** Names of the 36 classes, in the order of their indices: 0–9, then A–Z. */
export const glyphNames: readonly string[] = Object.keys(skeletons).sort();

/** The strokes of each class, in the order of {@link glyphNames}. */
export const glyphStrokes: readonly (readonly Stroke[])[] = glyphNames.map((name) => skeletons[name]!);
