import type { FloatTensor } from '../../graph/float-tensor.ts';
import { lookUp } from '../../look-up.ts';
import type { Plan } from '../plan-run.ts';
import type { SegmentedRun, Tally } from './segmented-run.ts';

/** Results by output, where they may be written over. */
export type Overwritten = Map<string, Float32Array>;

/**
 * Copies the wanted values out of the memory of a run, which the next one writes over.
 *
 * @param values where the network has the value of each output
 * @param overwritten results that may be written over; they are left there for the next run
 */
export function collectResults(
  { statistics, hiddenSteps, steps, outputs: wanted }: Plan,
  values: ReadonlyMap<string, string>,
  run: SegmentedRun,
  tally: Tally,
  overwritten?: Overwritten,
): Map<string, FloatTensor> {
  const rows = hiddenSteps + steps;
  const outputs = new Map<string, FloatTensor>();
  const ownAxis = new Set(wanted.values());
  for (const [output, value] of values) {
    const { first, data } = overTime(run, value, rows, overwritten?.get(output));
    overwritten?.set(output, data);
    const shape = ownAxis.has(output) ? [rows, ...first] : [(first[0] ?? 1) * rows, ...first.slice(1)];
    outputs.set(output, { shape, data });
  }
  const count = (name: string, counts: readonly number[]) =>
    outputs.set(name, { shape: [rows], data: Float64Array.from(counts) });
  for (const [site, name] of statistics?.spikes ?? [])
    count(name, lookUp(tally.spikes, site, 'spikes of site'));
  for (const [operator, names] of statistics?.products ?? []) {
    const counts = tally.products.get(operator);
    if (!counts) continue;
    for (const key of ['both', 'left', 'right'] as const) count(names[key], counts[key]);
  }
  return outputs;
}

/** All steps of a value, one after the other, and the lengths of one of them. */
function overTime(
  run: SegmentedRun,
  value: string,
  rows: number,
  old?: Float32Array,
): { first: readonly number[]; data: Float32Array } {
  const { length } = run.read(value, 0);
  const size = length * rows;
  const data = old?.length === size ? old : new Float32Array(size);
  for (let t = 0; t < rows; t++) data.set(run.read(value, t), t * length);
  return { first: run.dims(value), data };
}

/** Outputs of a plan that hold counts of the whole batch for each step. */
export function countsOf({ statistics }: Plan): ReadonlySet<string> {
  const none = { spikes: new Map(), products: new Map(), inputs: new Map() };
  const { spikes, products, inputs } = statistics ?? none;
  return new Set<string>([
    ...spikes.values(),
    ...inputs.values(),
    ...[...products.values()].flatMap((each) => Object.values<string>(each)),
  ]);
}
