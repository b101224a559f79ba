import { logitsOf } from '../../analysis/logits-of.ts';
import { ConversionError } from '../../errors.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { type InputBatch, isNamed } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp } from '../../look-up.ts';
import type { spikeOnce } from '../../neurons/spike-once.ts';
import type { CalibrationBatches } from '../../sessions/observe-sites.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import type { Site } from '../../spiking/neuron-node.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import { unrollSpiking } from '../unrolled/unroll-spiking.ts';

/** The window of a site. */
export interface WindowLength {
  readonly slots: number;
  /** What its first slot is worth, as a share of what it was worth before. */
  readonly share: number;
}

/** Numbers that a trial gives to a site's neurons, by the names of graph inputs. */
interface Knobs {
  readonly slotShare: string;
  readonly share: string;
}

/** One run with slots after the other on the same samples, with windows of any lengths. */
export class WindowTrial {
  readonly #session: OrtSession;
  readonly #knobs: ReadonlyMap<string, Knobs>;
  readonly #samples: readonly { readonly batch: InputBatch; readonly expected: ArrayLike<number> }[];
  readonly #input: string;
  readonly #logits: string;
  readonly #steps: number;

  private constructor(
    session: OrtSession,
    knobs: ReadonlyMap<string, Knobs>,
    samples: readonly { readonly batch: InputBatch; readonly expected: ArrayLike<number> }[],
    names: { readonly input: string; readonly logits: string },
    steps: number,
  ) {
    this.#session = session;
    this.#knobs = knobs;
    this.#samples = samples;
    this.#input = names.input;
    this.#logits = names.logits;
    this.#steps = steps;
  }

  /** @throws ConversionError without a batch */
  static async open(
    spiking: Model,
    sites: readonly Site<typeof spikeOnce>[],
    batches: CalibrationBatches,
    { steps, threads }: { readonly steps: number; readonly threads: number },
  ): Promise<WindowTrial> {
    const samples = await withAnswers(toSourceForm(spiking), batches, threads);
    const { model } = unrollSpiking(spiking, { steps, batchSize: 1, surrogate: 'none' });
    const input = model.graph.inputs[0]?.name ?? '';
    const knobs = new Map(sites.map((site) => [site.name, addKnobs(model, site)]));
    const session = await OrtSession.create(model, { threads });
    return new WindowTrial(session, knobs, samples, { input, logits: logitsOf(model).name }, steps);
  }

  /** Σ(ŷ − y)²/Σy² of the outputs with these windows. */
  async error(lengths: ReadonlyMap<string, WindowLength>): Promise<number> {
    const set = Object.fromEntries(
      [...this.#knobs].flatMap(([site, { slotShare, share }]) => {
        const length = lookUp(lengths, site, 'length of window');
        const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) });
        return [
          [slotShare, scalar(length.slots / this.#steps)],
          [share, scalar(length.share)],
        ];
      }),
    );
    let [error, power] = [0, 0];
    for (const { batch, expected } of this.#samples) {
      const own = isNamed(batch) ? batch.inputs : { [this.#input]: batch };
      const outputs = await this.#session.run({ inputs: { ...own, ...set } });
      const { data } = lookUp(outputs, this.#logits, 'output');
      for (let i = 0; i < data.length; i++) {
        error += ((data[i] ?? 0) - (expected[i] ?? 0)) ** 2;
        power += (expected[i] ?? 0) ** 2;
      }
    }
    return error / power;
  }

  /** The better of both ways to take a slot from the window of a site. */
  async shortened(lengths: ReadonlyMap<string, WindowLength>, site: string) {
    const { slots, share } = lookUp(lengths, site, 'length of window');
    const ways = [share, (share * (slots - 1)) / slots].map((each) => ({ slots: slots - 1, share: each }));
    const tried: { error: number; length: WindowLength }[] = [];
    for (const length of ways) {
      tried.push({ error: await this.error(new Map(lengths).set(site, length)), length });
    }
    return tried.reduce((a, b) => (b.error < a.error ? b : a));
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Makes inputs of what a trial changes. */
function addKnobs({ graph }: Model, { parameterValues }: Site<typeof spikeOnce>): Knobs {
  const { slotShare, window } = parameterValues;
  graph.removeInitializer(slotShare);
  const share = `${window}.share`;
  for (const name of [slotShare, share]) graph.addInput({ name, dataType: 'float32', shape: [] });
  const readers = new Set(graph.consumersOf(window));
  const build = new GraphBuilder(graph, `${window}.`, { behind: 'nothing' });
  const scaled = build.op('Mul', [window, share], {}, { name: 'scaled' });
  const others = graph.consumersOf(window).filter((each) => !readers.has(each));
  graph.redirectConsumers(window, scaled, new Set(others));
  return { slotShare, share };
}

/** Samples with what the source network says of them. */
async function withAnswers(source: Model, batches: CalibrationBatches, threads: number) {
  const session = await OrtSession.create(source, { threads });
  try {
    const samples: { batch: InputBatch; expected: ArrayLike<number> }[] = [];
    for await (const batch of batches()) {
      const outputs = await session.run(batch);
      samples.push({ batch, expected: lookUp(outputs, logitsOf(source).name, 'output').data });
    }
    if (samples.length > 0) return samples;
  } finally {
    await session.release();
  }
  throw new ConversionError({
    where: 'latency',
    expected: 'at least one batch of calibration data',
    got: 'none',
    remedy: 'Give calibration data',
  });
}
