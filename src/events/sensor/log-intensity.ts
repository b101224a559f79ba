/** Intensity up to which the photoreceptor is linear, of 255. */
const linearUpTo = 20;
const slope = Math.log(linearUpTo) / linearUpTo;

/**
 * What the photoreceptor makes of an intensity from 0 to 255: linear up to 20, its logarithm above (lin-log mapping of v2e, Hu, Liu, Delbruck,
 * CVPRW 2021, arXiv 2006.07722).
 */
export function logIntensity(intensity: number): number {
  return intensity <= linearUpTo ? intensity * slope : Math.log(intensity);
}

/** The intensity from 0 to 255 of a log intensity. */
export function intensityOf(log: number): number {
  const linear = log / slope;
  return linear <= linearUpTo ? Math.max(linear, 0) : Math.min(Math.exp(log), 255);
}
