import { sizeOf } from '../../graph/shape.ts';
import type { TypedNumbers } from '../../graph/typed-view.ts';
import type { KernelModule } from '../../kernels/kernel-module.ts';
import { kernelFor } from '../../kernels/kernels.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import type { ProductCounts } from '../../results/activity.ts';
import type { RuntimeTensor } from '../../sessions/runtime.ts';
import type {
  Action,
  CountPairs,
  RunEventLayer,
  RunIntegerConvolution,
  RunIntegerProduct,
  RunNeurons,
  RunSegment,
} from './action.ts';
import { countPairs } from './count-pairs.ts';
import { EventLayerRun } from './events/event-layer-run.ts';
import { IntegerConvolutionRun } from './integer-convolution-run.ts';
import { IntegerProductRun } from './integer-product-run.ts';
import type { Layout, Place } from './layout.ts';
import { type ParameterRun, parameterRuns } from './parameter-runs.ts';
import type { SegmentedStates } from './segmented-states.ts';
import { viewTensor } from './step-shape.ts';

/** What the actions counted on the way, per step. */
export interface Tally {
  readonly spikes: Map<string, readonly number[]>;
  readonly products: Map<string, ProductCounts>;
}

/** The tensors that a session reads and writes in one call; `null`: in its own memory. */
interface Bindings {
  readonly feeds: Readonly<Record<string, RuntimeTensor>>;
  readonly outputs: Readonly<Record<string, RuntimeTensor | null>>;
}

/** All a run of one batch needs: the actions and where the values lie. Made once for a batch size, run often. */
export class SegmentedRun {
  readonly #actions: readonly Action[];
  readonly #layout: Layout;
  readonly #steps: number;
  readonly #module: KernelModule;
  readonly #buffer: ArrayBuffer;
  readonly #views = new Map<string, RuntimeTensor>();
  readonly #bound = new Map<Action, Map<number, Bindings>>();
  readonly #parameters = new Map<Action, readonly ParameterRun[]>();
  readonly #products = new Map<Action, IntegerProductRun | IntegerConvolutionRun>();
  readonly #eventLayers = new Map<Action, EventLayerRun>();
  /** Values in the runtime's own memory, one tensor a step. */
  readonly #loose = new Map<string, RuntimeTensor[]>();

  constructor(actions: readonly Action[], layout: Layout, steps: number, module: KernelModule) {
    this.#actions = actions;
    this.#layout = layout;
    this.#steps = steps;
    this.#module = module;
    this.#buffer = module.memory.buffer;
  }

  /** Whether the memory is still the one the views were made on. */
  get valid(): boolean {
    return this.#buffer === this.#module.memory.buffer;
  }

  /** Runs everything on the input that lies in its place. @param states what neurons go on from, in a stream */
  async execute(states?: SegmentedStates): Promise<Tally> {
    for (const name of this.#layout.inputs) this.#repeat(name);
    const tally: Tally = { spikes: new Map(), products: new Map() };
    for (const [i, action] of this.#actions.entries()) {
      if (action.kind === 'segment') await this.#runSegment(action);
      else if (action.kind === 'neurons')
        tally.spikes.set(action.site.name, this.#runNeurons(action, states));
      else if (action.kind === 'event-layer')
        tally.spikes.set(action.layer.site.name, this.#runEvents(action));
      else if (action.kind !== 'count-pairs') await this.#product(action).execute();
      else tally.products.set(action.operator.node.name, this.#countPairs(action));
      for (const name of action.reads) {
        if (lookUp(this.#layout.lastReads, name, 'value') <= i) this.#loose.delete(name);
      }
    }
    return tally;
  }

  /** Puts an input into its place, in the element type that it has there. @param step of an input over time, counted from 0 */
  write(input: string, numbers: TypedNumbers, step = 0): void {
    const { data } = this.#tensor(input, step);
    // Both hold the same kind of numbers.
    (data as Float64Array).set(numbers as Float64Array);
  }

  /** The numbers of one step of a value. */
  read(value: string, step: number): Float32Array {
    return this.#tensor(value, step).data as Float32Array;
  }

  /** Lengths of one step of a value. */
  dims(value: string): readonly number[] {
    return lookUp(this.#layout.shapes, value, 'shape of value').dims;
  }

  async #runSegment(action: RunSegment): Promise<void> {
    const { session, overTime, writes } = action;
    for (const { step, count } of this.#calls(action, overTime ? this.#steps : 1)) {
      const { feeds, outputs } = this.#bindings(action, step, count);
      const results = await session.runTensors(feeds, outputs);
      for (const name of writes) {
        if (outputs[name] !== null) continue;
        const tensors = step === 0 ? [] : lookUp(this.#loose, name, 'tensors of value');
        tensors.push(results[name]!);
        this.#loose.set(name, tensors);
      }
    }
    for (const name of writes) this.#repeat(name);
  }

  /** The tensors of one call; the same objects each time where all of them are views of the engine's memory. */
  #bindings(action: RunSegment, step: number, count: number): Bindings {
    const known = this.#bound.get(action)?.get(step);
    if (known) return known;
    const { reads, writes } = action;
    const isOwn = (name: string) => this.#layout.places.has(name);
    const bindings = {
      feeds: Object.fromEntries(reads.map((name) => [name, this.#tensor(name, step, count)])),
      outputs: Object.fromEntries(
        writes.map((name) => [name, isOwn(name) ? this.#tensor(name, step, count) : null]),
      ),
    };
    if (reads.every(isOwn)) {
      this.#bound.set(action, (this.#bound.get(action) ?? new Map()).set(step, bindings));
    }
    return bindings;
  }

  /** Which steps to run at once. */
  #calls(action: Action, steps: number): { step: number; count: number }[] {
    const together = this.#layout.stacked.get(action) ?? 1;
    return Array.from({ length: Math.ceil(steps / together) }, (_, i) => ({
      step: i * together,
      count: Math.min(together, steps - i * together),
    }));
  }

  /** Copies a value that is the same at every step to the other steps, if actions read several of them at once. */
  #repeat(value: string): void {
    if (!this.#layout.repeated.has(value)) return;
    const { address, stride } = this.#place(value);
    const bytes = new Uint8Array(this.#buffer, address, stride * this.#steps);
    for (let step = 1; step < this.#steps; step++) bytes.copyWithin(step * stride, 0, stride);
  }

  #runNeurons(action: RunNeurons, states?: SegmentedStates): number[] {
    const { site, decoded, spikes, counts: numbers, levels } = action;
    const { counters } = this.#layout;
    this.#counts.fill(0);
    const means = this.#place(site.value);
    const { dims } = means.shape;
    const kernel = kernelFor(site.neuron, states !== undefined);
    const stride = 4 * sizeOf(dims);
    const addressOf = (value: string | undefined, start: number, bytes: number) =>
      value === undefined ? 0 : this.#place(value).address + bytes * start;
    const runs = this.#parameters.get(action) ?? parameterRuns(site.parameters, dims);
    this.#parameters.set(action, runs);
    // The means may be written over.
    const goingOn = states?.begin(
      site,
      kernel.keptVariables ?? 0,
      dims,
      this.#numbers(means, this.#steps - 1).slice(),
    );
    const kept = new Float32Array(this.#buffer, this.#layout.scratch);
    for (const { start, count, parameters } of runs) {
      const run = {
        means: means.address + 4 * start,
        meansStride: means.stride,
        decoded: addressOf(decoded, start, 4),
        spikes: addressOf(spikes, start, 4),
        counts: addressOf(numbers, start, 4),
        bytes: addressOf(levels, start, 1),
        stride,
        count,
        steps: this.#steps,
        parameters,
        counters,
        state: goingOn ? this.#layout.scratch : 0,
        elapsed: goingOn?.elapsed ?? 0,
      };
      goingOn?.load(kept, start, count);
      kernel.run(this.#module, run, site.attributes);
      goingOn?.store(kept, start, count);
    }
    if (goingOn && decoded !== undefined) {
      const place = this.#place(decoded);
      for (let step = 0; step < this.#steps; step++) goingOn.correct(this.#numbers(place, step), step);
    }
    return this.#spikesOfSteps();
  }

  #runEvents(action: RunEventLayer): number[] {
    const { counters, scratch, constants } = this.#layout;
    this.#counts.fill(0);
    const memory = { module: this.#module, buffer: this.#buffer };
    const places = {
      place: (value: string) => this.#place(value),
      constants: mustExist(constants.get(action), 'constants of the layer'),
      scratch,
      counters,
    };
    const run = this.#eventLayers.get(action) ?? new EventLayerRun(action, memory, places, this.#steps);
    this.#eventLayers.set(action, run);
    run.execute();
    return this.#spikesOfSteps();
  }

  /** Where the spikes of the site at hand are counted. */
  get #counts(): Int32Array {
    return new Int32Array(this.#buffer, this.#layout.counters, 4 * this.#steps);
  }

  #spikesOfSteps(): number[] {
    const counts = this.#counts;
    return Array.from({ length: this.#steps }, (_, t) =>
      counts.subarray(4 * t, 4 * t + 4).reduce((a, b) => a + b, 0),
    );
  }

  #product(action: RunIntegerProduct | RunIntegerConvolution): IntegerProductRun | IntegerConvolutionRun {
    const known = this.#products.get(action);
    if (known) return known;
    const memory = { module: this.#module, buffer: this.#buffer, scratch: this.#layout.scratch };
    const places = [this.#place(action.input), this.#place(action.output)] as const;
    const made =
      action.kind === 'integer-product'
        ? new IntegerProductRun(action, memory, places, this.#calls(action, this.#steps))
        : new IntegerConvolutionRun(action, memory, places, this.#steps);
    this.#products.set(action, made);
    return made;
  }

  #countPairs({ operands }: CountPairs): ProductCounts {
    const [left, right] = operands;
    const placed = ({ spikes, decoded }: CountPairs['operands'][number]) => ({
      spikes: this.#place(spikes),
      decoded: this.#place(decoded),
    });
    const memory = { module: this.#module, buffer: this.#buffer, scratch: this.#layout.scratch };
    return countPairs(memory, placed(left), placed(right), this.#steps);
  }

  /** The numbers of one step of a value in the engine's memory. */
  #numbers({ address, stride, shape }: Place, step: number): Float32Array {
    return new Float32Array(this.#buffer, address + step * stride, sizeOf(shape.dims));
  }

  #place(value: string): Place {
    return lookUp(this.#layout.places, value, 'place of value');
  }

  /** Some steps of a value as one batch; the same tensor object each time. */
  #tensor(value: string, step: number, steps = 1): RuntimeTensor {
    const place = this.#layout.places.get(value);
    if (!place) {
      const tensors = lookUp(this.#loose, value, 'tensors of value');
      return tensors[step] ?? tensors[0]!;
    }
    const address = place.address + step * place.stride;
    const key = `${value}\n${address}\n${steps}`;
    const known = this.#views.get(key);
    if (known) return known;
    const { dims, dataType } = place.shape;
    const batch = steps === 1 ? dims : [steps * dims[0]!, ...dims.slice(1)];
    const made = viewTensor(this.#buffer, address, dataType, batch);
    this.#views.set(key, made);
    return made;
  }
}
