import { UsageError } from '../../errors.ts';

/** What a pixel does with changes during its refractory period. */
export const refractoryRules = ['hold', 'drop', 'wait'] as const;

/** `hold`, `drop` or `wait`; see {@link SensorSettings}. */
export type RefractoryRule = (typeof refractoryRules)[number];

/** What a pixel of an event camera does. */
export interface SensorSettings {
  /** Change of log intensity that makes an ON event, C₊. Default 0.2 */
  readonly onThreshold: number;
  /** Change of log intensity that makes an OFF event, C₋. Default 0.2 */
  readonly offThreshold: number;
  /** Standard deviation of both among pixels, drawn once for each; no threshold is below 0.01. Default 0 */
  readonly mismatch: number;
  /** Seconds after an event in which a pixel sends none. Default 0 */
  readonly refractory: number;
  /**
   * `hold`: the pixel sleeps, and takes its reference anew when it wakes, as a real one does. `drop` (ESIM): a crossing is lost, but moves the
   * reference. `wait` (v2e): the reference stays, and what has been crossed is sent at the end. Default `hold`
   */
  readonly refractoryRule: RefractoryRule;
  /**
   * Frequency in hertz of the low-pass of a pixel at full brightness; at intensity I it is (I + 20)/275 of that. 0: no low-pass. Default 0
   */
  readonly cutoff: number;
  /** Whether the low-pass depends on the intensity. Default true */
  readonly cutoffByIntensity: boolean;
  /** ON events a second of a still pixel, whose reference sinks. Default 0 */
  readonly leak: number;
  /** Noise events a second of a dark pixel, both polarities together; at full brightness a quarter of that. Default 0 */
  readonly shotNoise: number;
  /** Whether leaks differ from pixel to pixel (by 10^0.1n, n normal) and from event to event (by a tenth). Default true */
  readonly leakSpread: boolean;
}

/** A sensor without noise, all pixels alike. */
const ideal: SensorSettings = {
  onThreshold: 0.2,
  offThreshold: 0.2,
  mismatch: 0,
  refractory: 0,
  refractoryRule: 'hold',
  cutoff: 0,
  cutoffByIntensity: true,
  leak: 0,
  shotNoise: 0,
  leakSpread: true,
};

/**
 * Sensors by name. `clean` and `noisy` are those of v2e (Hu, Liu, Delbruck, CVPRW 2021, arXiv 2006.07722); `ideal` has no noise at all, and
 * `everyday` stands between: what the generated data sets are seen by.
 */
export const sensors = {
  ideal,
  clean: { ...ideal, mismatch: 0.02 },
  everyday: { ...ideal, mismatch: 0.03, refractory: 0.0005, cutoff: 300, leak: 0.1, shotNoise: 1 },
  noisy: { ...ideal, mismatch: 0.05, cutoff: 30, leak: 0.1, shotNoise: 5 },
} as const satisfies Readonly<Record<string, SensorSettings>>;

/** Name of a sensor. */
export type SensorName = keyof typeof sensors;

/** Names of all sensors. */
export const sensorNames = Object.keys(sensors) as readonly SensorName[];

/**
 * Fills in what is not told.
 *
 * @throws UsageError that names the first setting that makes no sense
 */
export function sensorSettings(settings: Partial<SensorSettings> = {}): SensorSettings {
  const whole: SensorSettings = { ...ideal, ...settings };
  for (const name of ['onThreshold', 'offThreshold'] as const) {
    if (!(whole[name] > 0)) throw badSensor(name, 'a change of log intensity above 0', whole[name]);
  }
  for (const name of ['mismatch', 'refractory', 'cutoff', 'leak', 'shotNoise'] as const) {
    if (!(whole[name] >= 0 && Number.isFinite(whole[name])))
      throw badSensor(name, 'a number from 0 on', whole[name]);
  }
  if (!refractoryRules.includes(whole.refractoryRule)) {
    throw badSensor('refractoryRule', `one of ${refractoryRules.join(', ')}`, whole.refractoryRule);
  }
  return whole;
}

function badSensor(name: string, expected: string, got: unknown): UsageError {
  return new UsageError({ where: `sensor: ${name}`, expected, got: String(got), remedy: 'Give one that is' });
}
