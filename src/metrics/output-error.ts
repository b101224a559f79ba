/** Sums over numbers y of an output and s of the source network's: Σ(y−s)², Σs², Σys, Σy². They add over images. */
export type OutputSums = readonly [error: number, source: number, product: number, own: number];

/** How many numbers {@link OutputSums} are. */
export const outputSumsLength = 4;

/** Sums of one image. */
export function outputSums(own: ArrayLike<number>, source: ArrayLike<number>): OutputSums {
  let [error, power, product, square] = [0, 0, 0, 0];
  for (let i = 0; i < own.length; i++) {
    const [y, s] = [own[i]!, source[i]!];
    error += (y - s) ** 2;
    power += s * s;
    product += y * s;
    square += y * y;
  }
  return [error, power, product, square];
}

/** ‖y − s‖ / ‖s‖ over all rows; null where s is 0. */
export function relativeError(rows: readonly (readonly number[])[]): number | null {
  let [error, power] = [0, 0];
  for (const row of rows) {
    error += row[0]!;
    power += row[1]!;
  }
  return power > 0 ? Math.sqrt(error / power) : null;
}

/** Mean over the rows of y·s / (‖y‖‖s‖), without those that are 0; null if all are. */
export function meanCosine(rows: readonly (readonly number[])[]): number | null {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    const [, source, product, own] = row as readonly [number, number, number, number];
    if (source === 0 || own === 0) continue;
    sum += product / Math.sqrt(source * own);
    count++;
  }
  return count > 0 ? sum / count : null;
}
