import { RuntimeError } from '../../errors.ts';
import { sizeOf } from '../../graph/shape.ts';
import { keptStateBytes } from '../../kernels/kept-state.ts';
import { moduleBytes } from '../../kernels/kernel-module.ts';
import { kernelFor } from '../../kernels/kernels.ts';
import { lookUp } from '../../look-up.ts';
import type { Action } from './action.ts';
import { convolutionScratch } from './convolution-scratch.ts';
import { eventConstants, eventScratch } from './events/event-memory.ts';
import { lifetimes, planMemory, type Stretch } from './plan-memory.ts';
import { productScratch } from './product-scratch.ts';
import { isPlaced, type StepShape, stepBytes } from './step-shape.ts';

/** Where a value lies. */
export interface Place {
  /** Address of step 1 in bytes. */
  readonly address: number;
  /** Bytes from one step to the next; 0: the value is the same at every step. */
  readonly stride: number;
  readonly shape: StepShape;
}

/** The engine's memory for one batch size. */
export interface Layout {
  readonly batch: number;
  /** Values that are given, not computed. */
  readonly inputs: readonly string[];
  readonly shapes: ReadonlyMap<string, StepShape>;
  /** How many steps actions run as one batch, for those that can. */
  readonly stacked: ReadonlyMap<Action, number>;
  /** Values that are the same at every step and are there once for each, because such an action reads them. */
  readonly repeated: ReadonlySet<string>;
  /** Places of the values in the engine's own memory. */
  readonly places: ReadonlyMap<string, Place>;
  /** Number of reads left after each action decide when a value of the runtime's own memory is let go. */
  readonly lastReads: ReadonlyMap<string, number>;
  /** Four int32 for each step. */
  readonly counters: number;
  /** Where the kernels find what never changes, for actions that have such. */
  readonly constants: ReadonlyMap<Action, number>;
  /** Memory for counting pairs. */
  readonly scratch: number;
  readonly bytes: number;
  readonly bytesWithoutReuse: number;
}

/** What a layout is made for. */
export interface LayoutRequest {
  readonly batch: number;
  readonly steps: number;
  readonly actions: readonly Action[];
  readonly shapes: ReadonlyMap<string, StepShape>;
  /** Values whose leading axis is the batch. */
  readonly batched: ReadonlySet<string>;
  readonly inputs: readonly string[];
  /** Those of them that are another one at every step. */
  readonly inputsOverTime: ReadonlySet<string>;
  /** Whether the states of neurons are kept after a run. */
  readonly keepsStates: boolean;
  /** Values to be read after the run. */
  readonly kept: readonly string[];
}

/** Bytes of the largest value of a call of ONNX Runtime that runs several steps. */
const largestCall = 2 ** 24;

/** Largest memory of a 32-bit WebAssembly module. */
const largestMemory = 2 ** 32 - 2 ** 16;

/**
 * Places all values of a run in one memory. Decoded values take the place of the running means they were made from
 * where nothing else reads those.
 *
 * @throws RuntimeError if it takes more than 4 GiB
 */
export function makeLayout(request: LayoutRequest): Layout {
  const { batch, steps, actions, shapes, batched, inputs, kept } = request;
  const lives = lifetimes(actions, inputs, kept);
  const overTime = valuesOverTime(actions, request.inputsOverTime);
  const given = new Set(inputs);
  const lies = (name: string) => given.has(name) || isPlaced(lookUp(shapes, name, 'shape of value'));
  const stacked = stackedActions(actions, (name) => batched.has(name) && lies(name), shapes, steps);
  const repeated = new Set(
    [...stacked.keys()].flatMap(({ reads }) => reads.filter((name) => !overTime.has(name))),
  );
  const stepsOf = (value: string) => (overTime.has(value) || repeated.has(value) ? steps : 1);
  const shared = placesTaken(actions, lives, overTime, shapes);
  const home = (value: string): string => {
    const other = shared.get(value);
    return other === undefined ? value : home(other);
  };
  const stretches = new Map<string, Stretch>();
  for (const [value, life] of lives) {
    const shape = lookUp(shapes, value, 'shape of value');
    if (!lies(value)) continue;
    const owner = home(value);
    const bytes = stepBytes(shape) * stepsOf(value);
    const before = stretches.get(owner) ?? { value: owner, bytes, ...life };
    stretches.set(owner, {
      ...before,
      first: Math.min(before.first, life.first),
      last: Math.max(before.last, life.last),
    });
  }
  const counters = moduleBytes;
  const { constants, end: scratch } = placeConstants(actions, counters + 16 * steps);
  const start = scratch + scratchBytes(request);
  const plan = planMemory([...stretches.values()], start);
  if (plan.bytes > largestMemory) throw tooLarge(batch, plan.bytes);
  const places = new Map<string, Place>();
  for (const value of lives.keys()) {
    const shape = lookUp(shapes, value, 'shape of value');
    const address = plan.addresses.get(home(value));
    if (address === undefined) continue;
    places.set(value, { address, shape, stride: stepsOf(value) > 1 ? stepBytes(shape) : 0 });
  }
  const lastReads = new Map([...lives].map(([value, { last }]) => [value, last]));
  const { bytes, bytesWithoutReuse } = plan;
  return {
    batch,
    inputs,
    shapes,
    stacked,
    repeated,
    places,
    lastReads,
    counters,
    constants,
    scratch,
    bytes,
    bytesWithoutReuse,
  };
}

/** Constants lie one behind the other. */
function placeConstants(actions: readonly Action[], start: number) {
  const constants = new Map<Action, number>();
  let end = 64 * Math.ceil(start / 64);
  for (const action of actions) {
    if (action.kind !== 'event-layer') continue;
    constants.set(action, end);
    end += eventConstants(action.layer, action.integer).bytes;
  }
  return { constants, end };
}

/** The values that differ from step to step. */
function valuesOverTime(actions: readonly Action[], inputs: ReadonlySet<string>): Set<string> {
  const made = actions.flatMap((action) =>
    action.kind === 'segment' && !action.overTime ? [] : action.writes,
  );
  return new Set([...inputs, ...made]);
}

/**
 * Actions over time all of whose values have the batch in front: steps that lie one after the other are one batch to
 * them. Only so many are run at once that no value is much larger than the processor's cache.
 *
 * @param fits whether a value lies in the engine's memory with its batch in front
 */
function stackedActions(
  actions: readonly Action[],
  fits: (value: string) => boolean,
  shapes: ReadonlyMap<string, StepShape>,
  steps: number,
): Map<Action, number> {
  const stacked = new Map<Action, number>();
  for (const action of actions) {
    const values = [...action.reads, ...action.writes];
    const overTime = action.kind === 'integer-product' || (action.kind === 'segment' && action.overTime);
    if (!overTime || !values.every(fits)) continue;
    const largest = Math.max(...values.map((name) => stepBytes(lookUp(shapes, name, 'shape of value'))));
    stacked.set(action, Math.max(1, Math.min(steps, Math.floor(largestCall / largest))));
  }
  return stacked;
}

/** Decoded values that may be written over the running means, with the value whose place they take. */
function placesTaken(
  actions: readonly Action[],
  lives: ReadonlyMap<string, { last: number }>,
  overTime: ReadonlySet<string>,
  shapes: ReadonlyMap<string, StepShape>,
): Map<string, string> {
  const taken = new Map<string, string>();
  for (const [i, action] of actions.entries()) {
    if (action.kind !== 'neurons' || action.decoded === undefined) continue;
    const { value } = action.site;
    if (overTime.has(value) && lives.get(value)?.last === i && shapes.has(value)) {
      taken.set(action.decoded, value);
    }
  }
  return taken;
}

/**
 * Counts of non-zero columns and rows of the operands of a product, int32; scales and biases of another, float32, and its
 * outputs before they are put in order; what a convolution unfolds; states of neurons.
 */
function scratchBytes({ actions, shapes, steps, keepsStates }: LayoutRequest): number {
  const dimsOf = (value: string) => lookUp(shapes, value, 'shape of value').dims;
  const sizes = actions.map((action) => {
    if (action.kind === 'integer-convolution') {
      const [from, to] = [dimsOf(action.input), dimsOf(action.output)];
      return convolutionScratch(action, steps * from[0]!, from, to).bytes;
    }
    if (action.kind === 'integer-product')
      return productScratch(action, lookUp(shapes, action.output, 'shape of value'), steps).bytes;
    if (action.kind === 'event-layer') {
      const [, height, width] = dimsOf(action.layer.events) as [number, number, number];
      const widths = action.layer.terms.map(({ events }) => dimsOf(events)[2]!);
      return eventScratch(action.layer, action.integer, height * width, widths).bytes;
    }
    if (action.kind === 'neurons' && keepsStates) {
      const { neuron, value } = action.site;
      return keptStateBytes(kernelFor(neuron, true).keptVariables ?? 0, sizeOf(dimsOf(value)));
    }
    if (action.kind !== 'count-pairs') return 0;
    const [left, right] = action.operands;
    const columns = sizeOf(dimsOf(left.spikes).toSpliced(-2, 1));
    const rows = sizeOf(dimsOf(right.spikes).slice(0, -1));
    return 8 * (columns + rows);
  });
  return Math.max(0, ...sizes);
}

function tooLarge(batch: number, bytes: number): RuntimeError {
  const fitting = Math.max(1, Math.floor((batch * largestMemory) / bytes));
  return new RuntimeError({
    where: `segmented engine, batch ${batch}`,
    expected: 'at most 4 GiB of activations at once',
    got: `${Math.round(bytes / 2 ** 20)} MB`,
    remedy: batch > 1 ? `Use a batch of ${fitting}` : 'Use the in-graph engine or fewer time-steps',
  });
}
