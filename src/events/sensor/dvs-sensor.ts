import { type Events, EventWriter } from '../../formats/events/events.ts';
import { Random } from '../../random.ts';
import { sortByTime } from '../sort-by-time.ts';
import { firstCrossing } from './first-crossing.ts';
import { intensityOf } from './log-intensity.ts';
import { type SensorSettings, sensorSettings } from './sensor-settings.ts';

const never = Number.POSITIVE_INFINITY;
/** When something is due at a pixel that has moved: worked out once it stands still. */
const unforeseen = Number.NEGATIVE_INFINITY;
const microseconds = 1e6;

/**
 * The pixels of an event camera. Each compares its log intensity L with a reference R: where L − R reaches C₊ or −C₋ it sends an event, and R moves
 * by as much. Between two frames L is linear; crossings are found exactly on that line, or on what a low-pass makes of it.
 *
 * The model is that of ESIM (Rebecq, Gehrig, Scaramuzza, CoRL 2018) with the mismatch, the low-pass, the leak and the shot noise of v2e (Hu,
 * Liu, Delbruck, CVPRW 2021, arXiv 2006.07722).
 *
 * Differs from the papers: times of noise, leak and low-pass are exact instead of rounded to frames; the low-pass follows the line exactly (1 − e^(−ε)
 * for ε); the jitter of the leak is drawn for each event, not for each frame; ESIM draws thresholds for each event, here pixels keep theirs.
 */
export class DvsSensor {
  readonly width: number;
  readonly height: number;
  readonly settings: SensorSettings;
  readonly #random: Random;
  readonly #out = new EventWriter();
  /** Up to when a pixel is worked out, in seconds; the following are as of then. */
  readonly #time: Float64Array;
  readonly #input: Float64Array;
  readonly #filtered: Float64Array;
  readonly #reference: Float64Array;
  readonly #wake: Float64Array;
  readonly #noise: Float64Array;
  /** When something happens if the input stays as it is. */
  readonly #due: Float64Array;
  readonly #on: Float64Array;
  readonly #off: Float64Array;
  readonly #meanLeak: Float64Array;
  readonly #leak: Float64Array;
  readonly #tau: Float64Array;
  readonly #noiseRate: Float64Array;
  readonly #filters: boolean;
  readonly #adapts: boolean;
  #now = 0;

  /**
   * @param settings those that are not told: see {@link SensorSettings}
   * @param seed decides mismatch and noise
   */
  constructor(width: number, height: number, settings: Partial<SensorSettings> = {}, seed = 0) {
    this.width = width;
    this.height = height;
    this.settings = sensorSettings(settings);
    this.#random = new Random(seed, 0x5e45);
    const count = width * height;
    const column = () => new Float64Array(count);
    this.#time = column();
    this.#input = column();
    this.#filtered = column();
    this.#reference = column();
    this.#wake = column();
    this.#noise = column().fill(never);
    this.#due = column().fill(never);
    this.#tau = column();
    this.#noiseRate = column();
    const { onThreshold, offThreshold, mismatch, leak, leakSpread, cutoff, shotNoise } = this.settings;
    this.#filters = cutoff > 0;
    this.#adapts = cutoff > 0 || shotNoise > 0;
    const drawn = (mean: number) => () =>
      mismatch === 0 ? mean : Math.max(mean + mismatch * this.#random.normal(), 0.01);
    this.#on = column().map(drawn(onThreshold));
    this.#off = column().map(drawn(offThreshold));
    const spread = () => (leakSpread ? 10 ** (0.1 * this.#random.normal()) : 1);
    this.#meanLeak = column().map(() => (leak === 0 ? 0 : leak * onThreshold * spread()));
    this.#leak = this.#meanLeak.slice();
  }

  /**
   * Begins with a still scene, to which all pixels are used.
   *
   * @param seconds time
   * @param log log intensity of each pixel, rows from the top
   */
  start(seconds: number, log: Float64Array): void {
    this.#now = seconds;
    this.#time.fill(seconds);
    this.#wake.fill(Number.NEGATIVE_INFINITY);
    for (const state of [this.#input, this.#filtered, this.#reference]) state.set(log);
    for (let i = 0; i < log.length; i++) {
      this.#adapt(i);
      this.#drawNoise(i);
      this.#foresee(i);
    }
  }

  /** Changes the log intensities at once, without any time passing. */
  jump(log: Float64Array): void {
    for (let i = 0; i < log.length; i++) {
      if (log[i] === this.#input[i]) continue;
      this.#run(i, this.#now, 0);
      this.#input[i] = log[i]!;
      if (!this.#filters) this.#filtered[i] = log[i]!;
      this.#adapt(i);
      this.#run(i, this.#now, 0);
      this.#foresee(i);
    }
  }

  /**
   * Goes on to the next frame; between the last one and this, log intensities are linear in time.
   *
   * @param seconds time, not before the last frame's
   * @param log log intensity of each pixel
   */
  advance(seconds: number, log: Float64Array): void {
    const from = this.#now;
    const span = seconds - from;
    const inputs = this.#input;
    const due = this.#due;
    for (let i = 0; i < log.length; i++) {
      const next = log[i]!;
      const input = inputs[i]!;
      if (next !== input) {
        this.#move(i, from, seconds, span > 0 ? (next - input) / span : 0, next);
        due[i] = unforeseen;
      } else if (due[i]! <= seconds) {
        if (due[i] === unforeseen) this.#foresee(i);
        if (due[i]! > seconds) continue;
        this.#run(i, seconds, 0);
        this.#foresee(i);
      }
    }
    this.#now = seconds;
  }

  /** The events since they were taken last, in order of time. */
  take(): Events {
    const events = this.#out.take();
    sortByTime(events);
    return events;
  }

  #move(i: number, from: number, to: number, slope: number, next: number): void {
    if (this.#time[i]! < from) this.#run(i, from, 0);
    if (this.#isQuiet(i, from, to, next)) this.#pass(i, to, slope);
    else this.#run(i, to, slope);
    this.#input[i] = next;
    if (!this.#filters) this.#filtered[i] = next;
    this.#adapt(i);
  }

  /** Whether nothing can happen: a low-pass stays between what it holds and what comes in. */
  #isQuiet(i: number, from: number, to: number, next: number): boolean {
    if (this.#wake[i]! > from || this.#noise[i]! <= to) return false;
    const reference = this.#reference[i]!;
    const input = this.#input[i]!;
    const filtered = this.#filtered[i]!;
    const highest = (input > next ? input : next) > filtered ? (input > next ? input : next) : filtered;
    const lowest = (input < next ? input : next) < filtered ? (input < next ? input : next) : filtered;
    const sunk = this.#leak[i]! * (to - from);
    return highest - reference + sunk < this.#on[i]! && lowest - reference > -this.#off[i]!;
  }

  /** Works a pixel out up to a time, on an input that is linear until then. */
  #run(i: number, to: number, slope: number): void {
    const sleeps = this.settings.refractoryRule !== 'drop';
    while (true) {
      const now = this.#time[i]!;
      if (sleeps && this.#wake[i]! > now) {
        this.#pass(i, Math.min(this.#wake[i]!, to), slope);
        if (this.#wake[i]! > to) return;
        if (this.settings.refractoryRule === 'hold') this.#reference[i] = this.#filtered[i]!;
      }
      const start = this.#time[i]!;
      if (this.#noise[i]! < start) this.#drawNoise(i);
      const crossing = start + this.#crossing(i, slope, to - start);
      const noise = this.#noise[i]!;
      if (crossing > to && noise > to) break;
      if (noise < crossing) this.#sendNoise(i, noise, slope);
      else this.#cross(i, crossing, slope);
    }
    this.#pass(i, to, slope);
  }

  #crossing(i: number, slope: number, horizon: number): number {
    const input = this.#input[i]!;
    const filtered = this.#filtered[i]!;
    const reference = this.#reference[i]!;
    const leak = this.#leak[i]!;
    const on = this.#on[i]!;
    const off = this.#off[i]!;
    if (!this.#filters) {
      return firstCrossing(filtered - reference, slope + leak, 0, 1, on, off, horizon);
    }
    const tau = this.#tau[i]!;
    const lag = slope * tau;
    const decaying = filtered - input + lag;
    return firstCrossing(input - lag - reference, slope + leak, decaying, tau, on, off, horizon);
  }

  /** Lets time pass in which nothing is sent. */
  #pass(i: number, to: number, slope: number): void {
    const span = to - this.#time[i]!;
    if (span <= 0) return;
    const input = this.#input[i]!;
    this.#time[i] = to;
    this.#input[i] = input + slope * span;
    this.#reference[i]! -= this.#leak[i]! * span;
    if (!this.#filters) {
      this.#filtered[i] = this.#input[i]!;
      return;
    }
    const tau = this.#tau[i]!;
    const decaying = (this.#filtered[i]! - input + slope * tau) * Math.exp(-span / tau);
    this.#filtered[i] = this.#input[i]! - slope * tau + decaying;
  }

  #cross(i: number, when: number, slope: number): void {
    this.#pass(i, when, slope);
    const after = this.#filtered[i]! - this.#reference[i]!;
    // Rounding may leave the crossing a little short of the threshold: the nearer one is meant.
    const on = Math.abs(after - this.#on[i]!) < Math.abs(after + this.#off[i]!);
    this.#reference[i]! += on ? this.#on[i]! : -this.#off[i]!;
    this.#send(i, when, on);
  }

  #sendNoise(i: number, when: number, slope: number): void {
    this.#pass(i, when, slope);
    this.#drawNoise(i);
    if (this.#wake[i]! > when) return;
    this.#reference[i] = this.#filtered[i]!;
    // A pixel with a low threshold is noisier in that polarity.
    const [on, off] = [1 / this.#on[i]!, 1 / this.#off[i]!];
    const { onThreshold, offThreshold } = this.settings;
    const [ons, offs] = [onThreshold * on, offThreshold * off];
    this.#send(i, when, this.#random.uniform() * (ons + offs) < ons);
  }

  #send(i: number, when: number, on: boolean): void {
    const { refractory, leakSpread } = this.settings;
    if (this.#meanLeak[i]! > 0 && leakSpread)
      this.#leak[i] = this.#meanLeak[i]! * Math.max(1 - 0.1 * this.#random.normal(), 0);
    if (this.#wake[i]! > when) return;
    if (refractory > 0) this.#wake[i] = when + refractory;
    this.#out.push(when * microseconds, i % this.width, Math.floor(i / this.width), on ? 1 : 0);
  }

  /** What depends on the intensity follows it. */
  #adapt(i: number): void {
    const { cutoff, cutoffByIntensity, shotNoise, onThreshold, offThreshold } = this.settings;
    if (!this.#adapts) return;
    const intensity = intensityOf(this.#input[i]!);
    if (cutoff > 0) {
      const share = cutoffByIntensity ? (intensity + 20) / 275 : 1;
      this.#tau[i] = 1 / (2 * Math.PI * cutoff * share);
    }
    if (shotNoise === 0) return;
    const each = (shotNoise / 2) * (1 - (0.75 * intensity) / 255);
    const rate = each * (onThreshold / this.#on[i]! + offThreshold / this.#off[i]!);
    const [now, old] = [this.#time[i]!, this.#noiseRate[i]!];
    // What is left of the waiting time is waited at the new rate.
    if (old > 0) this.#noise[i] = now + ((this.#noise[i]! - now) * old) / rate;
    this.#noiseRate[i] = rate;
  }

  #drawNoise(i: number): void {
    const rate = this.#noiseRate[i]!;
    this.#noise[i] = rate > 0 ? this.#time[i]! - Math.log(1 - this.#random.uniform()) / rate : never;
  }

  #foresee(i: number): void {
    const [now, wake] = [this.#time[i]!, this.#wake[i]!];
    if (wake > now && this.settings.refractoryRule !== 'drop') this.#due[i] = wake;
    else this.#due[i] = Math.min(now + this.#crossing(i, 0, never), this.#noise[i]!);
  }
}
