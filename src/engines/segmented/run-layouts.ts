import { sharedInputs } from '../../graph/batch-axis.ts';
import type { BoundInputs } from '../../graph/bind-inputs.ts';
import type { DataType } from '../../graph/data-type.ts';
import { lookUp } from '../../look-up.ts';
import { withBatchInError } from '../../sessions/out-of-memory.ts';
import type { Plan } from '../plan-run.ts';
import type { Action } from './action.ts';
import { type Layout, type LayoutRequest, makeLayout } from './layout.ts';
import { batchedValues, extrapolateShapes, probeShapes } from './probe-shapes.ts';
import type { StepShape } from './step-shape.ts';
import type { StepNetwork } from './without-time-axis.ts';

/** Element types and lengths of the inputs of a network for one step, batch included, by name. */
export type InputShapes = ReadonlyMap<string, StepShape>;

function keyOf(shapes: InputShapes): string {
  return [...shapes.values()].map(({ dims }) => dims.join('×')).join(' ');
}

/** Where the values of a run lie in memory, found once for the lengths of its inputs. */
export class RunLayouts {
  readonly #plan: Plan;
  readonly #network: StepNetwork;
  readonly #types: ReadonlyMap<string, DataType>;
  /** Inputs without a batch axis. */
  readonly #shared: ReadonlySet<string>;
  readonly #probes = new Map<string, Promise<Map<string, StepShape>>>();
  readonly #layouts = new Map<string, Layout>();

  constructor(plan: Plan, network: StepNetwork) {
    const { inputs } = plan.model.graph;
    this.#plan = plan;
    this.#network = network;
    this.#types = new Map(inputs.map(({ name, dataType = 'float32' }) => [name, dataType]));
    this.#shared = sharedInputs(inputs);
  }

  /** The layout for these inputs. @param actions what a run does, whose sessions tell the shapes */
  async of(shapes: InputShapes, actions: readonly Action[]): Promise<Layout> {
    const known = this.#layouts.get(keyOf(shapes));
    if (known) return known;
    const { hiddenSteps, steps, stream } = this.#plan;
    const layout = makeLayout({
      batch: this.#batchOf(shapes),
      steps: hiddenSteps + steps,
      actions,
      ...(await this.#shapes(shapes, actions)),
      inputs: [...shapes.keys()],
      inputsOverTime: this.#network.overTime,
      keepsStates: stream !== undefined,
      kept: [...this.#network.values.values()],
    });
    this.#layouts.set(keyOf(shapes), layout);
    return layout;
  }

  /** Shapes of inputs that are there. */
  ofInputs({ inputs }: BoundInputs): InputShapes {
    return this.typed(new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape])));
  }

  /** Shapes of one step each, with the element types that the network declares. */
  typed(shapes: ReadonlyMap<string, readonly number[]>): InputShapes {
    const { overTime } = this.#plan;
    return new Map(
      [...shapes].map(([name, dims]) => [
        name,
        {
          dataType: lookUp(this.#types, name, 'input'),
          dims: overTime.has(name) ? dims.toSpliced(1, 1) : dims,
        },
      ]),
    );
  }

  /** The same inputs for another batch. */
  ofBatch(shapes: InputShapes, batch: number): InputShapes {
    return new Map(
      [...shapes].map(([name, { dataType, dims }]) => [
        name,
        { dataType, dims: this.#shared.has(name) ? dims : dims.with(0, batch) },
      ]),
    );
  }

  /** A network that takes single images only is run step by step: no value of it is a batch. */
  async #shapes(
    shapes: InputShapes,
    actions: readonly Action[],
  ): Promise<Pick<LayoutRequest, 'shapes' | 'batched'>> {
    const one = await this.#probe(this.ofBatch(shapes, 1), actions);
    const single = this.#plan.model.graph.inputs.some(
      ({ name, shape }) => !this.#shared.has(name) && shape?.[0] === 1,
    );
    if (single) return { shapes: one, batched: new Set() };
    const two = await this.#probe(this.ofBatch(shapes, 2), actions);
    return { shapes: extrapolateShapes(one, two, this.#batchOf(shapes)), batched: batchedValues(one, two) };
  }

  #probe(inputs: InputShapes, actions: readonly Action[]): Promise<Map<string, StepShape>> {
    const key = keyOf(inputs);
    const shapes =
      this.#probes.get(key) ??
      withBatchInError('segmented engine', this.#batchOf(inputs), () => probeShapes(actions, inputs));
    this.#probes.set(key, shapes);
    return shapes;
  }

  #batchOf(shapes: InputShapes): number {
    const own = [...shapes].find(([name]) => !this.#shared.has(name));
    return own?.[1].dims[0] ?? 1;
  }
}
