import { UsageError } from '../../errors.ts';
import { bindInputs } from '../../graph/bind-inputs.ts';
import { type InputBatch, sampleCount } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp } from '../../look-up.ts';
import { circuitOf } from '../circuit/circuit-of.ts';
import type { ExporterSettings } from '../define-exporter.ts';
import type { IntegerFormat, IntegerNetwork } from './integer-network.ts';
import { largestInput, quantiseCircuit } from './quantise-circuit.ts';
import { type IntegerRun, IntegerTwin, wholeInput } from './run-integer.ts';

/** An integer network, and its runs on samples. */
export interface IntegerExport {
  readonly network: IntegerNetwork;
  /** Runs of the samples one after the other: what went in by input, channels first, and what came out. */
  samples(): Generator<{ readonly input: ReadonlyMap<string, Int32Array>; readonly run: IntegerRun }, void>;
}

/**
 * The integer network of a spiking model. Its inputs reach as far as the samples that are given.
 *
 * @throws UsageError without samples; ConversionError if the network has no such form
 */
export async function integerNetworkOf(
  spiking: Model,
  form: string,
  settings: ExporterSettings,
): Promise<IntegerExport> {
  const { steps, goldenInput: batch } = settings;
  const { weightBits = 8, accumulatorBits = 32, overflow = 'saturate' } = settings;
  if (batch === undefined) throw noInput(form);
  if (![4, 8, 16].includes(weightBits)) throw otherBits('weightBits', '4, 8 or 16 bits', weightBits);
  if (!(accumulatorBits >= 8 && accumulatorBits <= 32))
    throw otherBits('accumulatorBits', '8 to 32 bits', accumulatorBits);
  const circuit = await circuitOf(spiking, form, steps);
  const { inputs } = bindInputs(spiking.graph, batch);
  const numbersOf = (name: string) =>
    lookUp(new Map(Object.entries(inputs)), name, 'input').data as ArrayLike<number>;
  const scales = new Map(
    circuit.nodes.flatMap((node) =>
      node.kind === 'input' ? [[node.name, scaleOf(numbersOf(node.name))] as const] : [],
    ),
  );
  const format: IntegerFormat = { weightBits, accumulatorBits, overflow };
  const network = quantiseCircuit(circuit, (name) => lookUp(scales, name, 'scale of input'), format);
  return { network, samples: () => runSamples(network, batch, numbersOf, scales) };
}

function* runSamples(
  network: IntegerNetwork,
  batch: InputBatch,
  numbersOf: (name: string) => ArrayLike<number>,
  scales: ReadonlyMap<string, number>,
): ReturnType<IntegerExport['samples']> {
  const twin = new IntegerTwin(network);
  const count = sampleCount(batch);
  for (let i = 0; i < count; i++) {
    const input = new Map(
      [...scales].map(([name, scale]) => {
        const all = numbersOf(name);
        const each = all.length / count;
        return [name, wholeInput(Array.prototype.slice.call(all, i * each, (i + 1) * each), scale)] as const;
      }),
    );
    yield { input, run: twin.run(input) };
  }
}

/** Spikes and small whole numbers stay what they are. */
function scaleOf(numbers: ArrayLike<number>): number {
  let [most, whole] = [0, true];
  for (let i = 0; i < numbers.length; i++) {
    const value = Math.abs(numbers[i] ?? 0);
    most = Math.max(most, value);
    whole &&= Number.isInteger(value);
  }
  return (whole && most <= largestInput) || most === 0 ? 1 : most / largestInput;
}

function otherBits(name: 'weightBits' | 'accumulatorBits', expected: string, got: number): UsageError {
  return new UsageError({
    where: name,
    expected,
    got: String(got),
    remedy: 'Give another number of bits',
    means: [name],
  });
}

function noInput(form: string): UsageError {
  return new UsageError({
    where: `form '${form}'`,
    expected: 'inputs, which say how far whole numbers reach, and the first of which is the golden one',
    got: 'none',
    remedy: 'Give inputs as they go into the network',
    means: ['goldenInput'],
  });
}
