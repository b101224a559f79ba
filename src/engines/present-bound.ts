import type { BoundInputs } from '../graph/bind-inputs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { constantsOf, elapsedOf, requireConstants } from './go-on.ts';
import type { Plan } from './plan-run.ts';
import { besideEachOther, type Presented, type Presenting, type presentSteps } from './present-steps.ts';
import type { StreamState } from './stream-state.ts';

/** Presents an input over time in one precision or another. */
type Present = (
  ...given: Parameters<typeof presentSteps>
) => Presented<Float32Array> | Presented<Float64Array>;

/** How an input is presented in a window of a stream. */
export function presentingOf(
  plan: Plan,
  name: string,
  before: StreamState | undefined,
): Presenting | undefined {
  const presentation = plan.overTime.get(name);
  if (presentation === undefined) return undefined;
  const sums = plan.stream === 'continued' ? before?.inputs.get(name) : undefined;
  const { hiddenSteps } = plan;
  return { presentation, hiddenSteps, before: sums && { sums, elapsed: elapsedOf(plan, before) } };
}

/**
 * Inputs as a planned model takes them: in a stream whose averages go on, those over time already as running means since it began, all
 * others as they are.
 *
 * @returns the inputs, and what of them the next window has to know
 * @throws RuntimeError if an input that is constant over such a stream has changed
 */
export function presentBound(
  plan: Plan,
  bound: BoundInputs,
  before: StreamState | undefined,
  present: Present,
): { readonly inputs: BoundInputs['inputs']; readonly goesOn: ReadonlyMap<string, FloatTensor> } {
  if (plan.stream !== 'continued') return { inputs: bound.inputs, goesOn: new Map() };
  const goesOn = constantsOf(plan, bound);
  requireConstants(goesOn, before);
  const inputs = Object.entries(bound.inputs).map(([name, tensor]) => {
    const presenting = presentingOf(plan, name, before);
    if (!presenting) return [name, tensor] as const;
    const { steps, sums } = present(tensor, presenting);
    goesOn.set(name, sums);
    return [name, besideEachOther(tensor, steps)] as const;
  });
  return { inputs: Object.fromEntries(inputs), goesOn };
}
