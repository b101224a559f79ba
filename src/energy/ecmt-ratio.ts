import { mustExist } from '../look-up.ts';
import type { Activity } from '../results/activity.ts';
import type { OperatorCost } from './operator-costs.ts';

/** Energy of an accumulation and of a multiply-accumulation in 45 nm, 32-bit floating point, in picojoules. */
export const picojoules = { accumulate: 0.9, multiplyAccumulate: 4.6 } as const;

/** Synaptic operations of one operator at every time-step, summed over images. */
export interface OperatorActivity {
  readonly name: string;
  /** Operations per time-step. */
  readonly operations: readonly number[];
  /** Operations of the source network. */
  readonly macs: number;
  /** Whether each operation is a multiplication too: no neuron feeds the operator, and it is not the head. */
  readonly dense: boolean;
}

/**
 * Synaptic operations as ECMT's reference code counts them. Linear operator: non-zero inputs × fan-out. Matrix product:
 * nnz(x·y) + nnz(x·S_B) + nnz(S_A·y). An operator that no spikes feed is billed as in the source network. The classifier head runs at rate 1; the first operator, normalisations and
 * activation functions are not billed; a spike of any level is one operation.
 *
 * @param costs costs of the source network's operators
 * @param activity spikes of some images
 * @param siteOf name of the site that carries a value of the source network, if one does
 * @param images number of those images
 */
export function operatorActivities(
  costs: readonly OperatorCost[],
  activity: Activity,
  siteOf: (operator: string, value: string) => string | undefined,
  images: number,
): OperatorActivity[] {
  const steps = Object.values(activity.spikes)[0]?.length ?? 0;
  return costs
    .filter(({ first }) => !first)
    .map((cost) => ({
      name: cost.name,
      macs: cost.macs * images,
      dense: isDense(cost, activity, siteOf),
      operations: Array.from({ length: steps }, (_, t) => operationsAt(cost, activity, siteOf, images, t)),
    }));
}

function isDense(
  { name, kind, head, operands }: OperatorCost,
  { products, inputs }: Activity,
  siteOf: (operator: string, value: string) => string | undefined,
): boolean {
  if (head) return false;
  if (kind === 'product') return products[name] === undefined;
  return inputs[name] === undefined && siteOf(name, operands[0]!.value) === undefined;
}

function operationsAt(
  { name, kind, macs, operands }: OperatorCost,
  { spikes, products, inputs }: Activity,
  siteOf: (operator: string, value: string) => string | undefined,
  images: number,
  t: number,
): number {
  const product = products[name];
  if (kind === 'product' && product) return product.both[t]! + product.left[t]! + product.right[t]!;
  const operand = mustExist(operands[0], `operand of '${name}'`);
  const site = siteOf(name, operand.value);
  const emitted = site === undefined ? undefined : mustExist(spikes[site], `spikes of site '${site}'`);
  const arriving = inputs[name] ?? emitted;
  // An operator that no neuron feeds works at every step like the source network's.
  return arriving ? (arriving[t]! / operand.size) * macs : macs * images;
}

/**
 * ECMT's energy ratio to the source network after each step, an estimate:
 * t · (0.9 / 4.6) · Σ SOP / (t · Σ MAC), sums over operators and the steps 1…t; hidden steps before step 1 are
 * billed with step 1.
 */
export function ecmtRatio(activities: readonly OperatorActivity[], hiddenSteps = 0): number[] {
  const macs = activities.reduce((sum, each) => sum + each.macs, 0);
  const steps = activities[0]?.operations.length ?? 0;
  const priceOf = ({ dense }: OperatorActivity) =>
    dense ? 1 : picojoules.accumulate / picojoules.multiplyAccumulate;
  let energy = 0;
  const ratios = Array.from({ length: steps }, (_, t) => {
    energy += activities.reduce((sum, each) => sum + priceOf(each) * each.operations[t]!, 0);
    return energy / macs;
  });
  return ratios.slice(hiddenSteps);
}
