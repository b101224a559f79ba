import { emptyNumbers } from '../../graph/cast-numbers.ts';
import type { DataType } from '../../graph/data-type.ts';
import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';
import { currentRuntime, type RuntimeTensor } from '../../sessions/runtime.ts';
import type { Action, RunIntegerProduct } from './action.ts';
import { arrangedShape } from './arrangement.ts';
import { eventDims, numberDims } from './events/event-dims.ts';
import { lifetimes } from './plan-memory.ts';
import type { StepShape } from './step-shape.ts';
import { convolvedLengths } from './window.ts';

/**
 * Shapes of one step of all values, found by running every segment once on zeros, neurons handing on what they read.
 *
 * @param inputs element types and lengths of the network's inputs by name, batch included
 * @throws RuntimeError if a segment does not run with this batch
 */
export async function probeShapes(
  actions: readonly Action[],
  inputs: ReadonlyMap<string, StepShape>,
): Promise<Map<string, StepShape>> {
  const shapes = new Map<string, StepShape>();
  const live = new Map<string, RuntimeTensor>();
  const keep = (name: string, tensor: RuntimeTensor) => {
    shapes.set(name, { dataType: tensor.type, dims: tensor.dims });
    live.set(name, tensor);
  };
  for (const [name, { dataType, dims }] of inputs) keep(name, zeros(dataType as DataType, dims));
  const lives = lifetimes(actions, inputs.keys(), []);
  for (const [i, action] of actions.entries()) {
    for (const [name, tensor] of await probe(action, live)) keep(name, tensor);
    for (const name of [...action.reads, ...action.writes])
      if (lookUp(lives, name, 'value').last <= i) live.delete(name);
  }
  return shapes;
}

async function probe(
  action: Action,
  live: ReadonlyMap<string, RuntimeTensor>,
): Promise<(readonly [string, RuntimeTensor])[]> {
  switch (action.kind) {
    case 'segment': {
      const feeds = Object.fromEntries(action.reads.map((name) => [name, lookUp(live, name, 'value')]));
      return Object.entries(await action.session.runTensors(feeds));
    }
    case 'neurons': {
      const means = lookUp(live, action.site.value, 'value');
      return action.writes.map((name) => [name, name === action.levels ? zeros('uint8', means.dims) : means]);
    }
    case 'integer-product': {
      const rows = lookUp(live, action.input, 'value').dims.slice(0, -1);
      return [[action.output, zeros('float32', outputShape(action, rows))]];
    }
    case 'integer-convolution': {
      const [batch, , height, width] = lookUp(live, action.input, 'value').dims as [
        number,
        number,
        number,
        number,
      ];
      const lengths = convolvedLengths(action.window, [height, width]);
      return [[action.output, zeros('float32', [batch, action.scales.length, ...lengths])]];
    }
    case 'event-layer': {
      const dims = eventDims(action.layer, (name) => lookUp(live, name, 'value').dims);
      const numbers = zeros('float32', numberDims(action.layer, dims));
      return action.writes.map((name) => [
        name,
        name === action.layer.events ? zeros('uint8', dims) : numbers,
      ]);
    }
    case 'count-pairs':
      return [];
  }
}

function outputShape({ scales, arrangement }: RunIntegerProduct, rows: readonly number[]): number[] {
  if (!arrangement) return [...rows, scales.length];
  const batch = sizeOf(rows) / arrangement.places;
  return arrangedShape(arrangement, batch, scales.length);
}

function zeros(type: DataType, dims: readonly number[]): RuntimeTensor {
  return currentRuntime().tensor(type, emptyNumbers(type, sizeOf(dims)), dims);
}

/**
 * Shapes for any batch from those for a batch of 1 and of 2: every length is a fixed number and a multiple of the
 * batch, added.
 */
export function extrapolateShapes(
  one: ReadonlyMap<string, StepShape>,
  two: ReadonlyMap<string, StepShape>,
  batch: number,
): Map<string, StepShape> {
  return new Map(
    [...one].map(([name, { dataType, dims }]) => [
      name,
      {
        dataType,
        dims: dims.map(
          (length, i) => length + (lookUp(two, name, 'shape of value').dims[i]! - length) * (batch - 1),
        ),
      },
    ]),
  );
}

/** The values whose leading axis is the batch, and no other: one image after the other. */
export function batchedValues(
  one: ReadonlyMap<string, StepShape>,
  two: ReadonlyMap<string, StepShape>,
): Set<string> {
  const names = [...one].filter(([name, { dims }]) => {
    const [length, ...rest] = lookUp(two, name, 'shape of value').dims;
    return dims.length > 0 && length === 2 * dims[0]! && String(rest) === String(dims.slice(1));
  });
  return new Set(names.map(([name]) => name));
}
