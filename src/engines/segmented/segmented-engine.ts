import { OutOfMemoryError, UsageError } from '../../errors.ts';
import { sharedInputs } from '../../graph/batch-axis.ts';
import { type BoundInputs, bindInputs } from '../../graph/bind-inputs.ts';
import { castNumbers } from '../../graph/cast-numbers.ts';
import type { DataType } from '../../graph/data-type.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { type InputBatch, sampleCount, sliceSamples } from '../../graph/input-batch.ts';
import { KernelModule } from '../../kernels/kernel-module.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import type { SiteInFloat } from '../../results/synapse-result.ts';
import { sampleShapes } from '../../sessions/input-lengths.ts';
import { withBatchInError } from '../../sessions/out-of-memory.ts';
import { webAssembly } from '../../web-assembly.ts';
import { constantsOf, requireConstants, settle } from '../go-on.ts';
import { type Engine, type Plan, type RunResult, toRunResult } from '../plan-run.ts';
import { presentingOf } from '../present-bound.ts';
import { presentSteps } from '../present-steps.ts';
import { requireWindow } from '../require-window.ts';
import { joinStates, type StreamState, sliceState } from '../stream-state.ts';
import type { Action } from './action.ts';
import { arrangeProducts } from './arrange-products.ts';
import { buildActions, releaseSessions } from './build-actions.ts';
import { countedProducts } from './counted-products.ts';
import { driveByEvents } from './events/drive-by-events.ts';
import { integerLayers } from './events/integer-events.ts';
import { useIntegerSynapses } from './integer-synapses.ts';
import { joinOutputs } from './join-outputs.ts';
import { type Layout, type LayoutRequest, makeLayout } from './layout.ts';
import { batchedValues, extrapolateShapes, probeShapes } from './probe-shapes.ts';
import { SegmentedRun, type Tally } from './segmented-run.ts';
import { SegmentedStates } from './segmented-states.ts';
import { splitProducts } from './split-products.ts';
import type { StepShape } from './step-shape.ts';
import { type StepNetwork, withoutTimeAxis } from './without-time-axis.ts';

/** Settings of the segmented engine. */
export interface SegmentedOptions {
  /** Threads one operator of ONNX Runtime may use. Default 1. */
  threads?: number;
  /** Bound of the memory for activations in MB (2^20 bytes). Default 4095. */
  memoryMB?: number | undefined;
  /**
   * Weights of the linear operators that multi-threshold neurons feed: as they are, or 8 bits by output channel (see
   * useIntegerSynapses; the spikes then come in whole numbers of one threshold). Default `float32`.
   */
  synapses?: 'float32' | 'int8';
  /** Whether a run may write its results over those of the run before, which saves the time of new memory. Default false. */
  overwrites?: boolean;
}

/** Memory an engine needs for the activations of one batch. */
export interface MemoryUse {
  /** Bytes with reuse, as reserved. */
  readonly bytes: number;
  /** What the same values would take without reuse. */
  readonly bytesWithoutReuse: number;
}

/** The fast engine, which also tells what memory it uses. */
export interface SegmentedEngine extends Engine {
  /** Sites that `int8` synapses were wanted for and that feed operators in float32 after all, with the reason. */
  readonly leftInFloat: readonly SiteInFloat[];
  /** Memory for the activations of a batch of this many images that is run in one part. */
  memoryFor(batch: number): Promise<MemoryUse>;
}

/**
 * Runs a plan fast: the network is cut at its neurons into segments, each an ONNX Runtime session, and the neurons
 * run as fused kernels over all steps; both work on one memory, so nothing is copied. What comes before the first
 * neuron is computed once. Same meaning as the in-graph engine; float32.
 */
export async function createSegmentedEngine(
  plan: Plan,
  options: SegmentedOptions = {},
): Promise<SegmentedEngine> {
  if (plan.stream === 'continued' && options.synapses === 'int8') throw noLongSums();
  const { generic, counted } = countedProducts(plan);
  const network = withoutTimeAxis(plan.model, [...plan.outputs.values(), ...plan.keep, ...generic]);
  const eventLayers = driveByEvents(network, plan);
  const others = plan.sites.filter(({ name }) => !eventLayers.has(name));
  const wantsIntegers = options.synapses === 'int8';
  const { sites, products, left } = wantsIntegers
    ? useIntegerSynapses(network.model, others, plan.steps)
    : { sites: others, products: new Map(), left: [] };
  const whole = wantsIntegers ? integerLayers(eventLayers) : { layers: new Map(), left: [] };
  const actions = await buildActions({
    network,
    sites,
    counted,
    integerProducts: arrangeProducts(network.model, splitProducts(network.model, products)),
    eventLayers,
    integerLayers: whole.layers,
    threads: options.threads ?? 1,
  });
  const module = new KernelModule(new webAssembly.Memory({ initial: 1 }));
  return new Segmented(plan, network, actions, [...left, ...whole.left], module, options);
}

/** For messages. */
const where = 'segmented engine';

/** Activations that stay in the processor's cache: a batch of more is run in parts. */
const cacheBytes = 8 * 2 ** 20;

/** Element types and lengths of the inputs of a network by name. */
type InputShapes = ReadonlyMap<string, StepShape>;

function keyOf(shapes: InputShapes): string {
  return [...shapes.values()].map(({ dims }) => dims.join('×')).join(' ');
}

class Segmented implements SegmentedEngine {
  readonly plan: Plan;
  readonly leftInFloat: readonly SiteInFloat[];
  readonly #network: StepNetwork;
  readonly #types: ReadonlyMap<string, DataType>;
  /** Inputs without a batch axis. */
  readonly #shared: ReadonlySet<string>;
  #actions: readonly Action[];
  readonly #module: KernelModule;
  readonly #limit: number;
  /** By the lengths of the inputs, batch included. */
  readonly #probes = new Map<string, Promise<Map<string, StepShape>>>();
  readonly #layouts = new Map<string, Layout>();
  #run: { layout: Layout; run: SegmentedRun } | undefined;
  /** Results of the last run by output, where they may be written over. */
  readonly #results: Map<string, Float32Array> | undefined;

  constructor(
    plan: Plan,
    network: StepNetwork,
    actions: readonly Action[],
    leftInFloat: readonly SiteInFloat[],
    module: KernelModule,
    { memoryMB = 4095, overwrites = false }: SegmentedOptions,
  ) {
    this.plan = plan;
    this.leftInFloat = leftInFloat;
    this.#network = network;
    const { inputs } = plan.model.graph;
    this.#types = new Map(inputs.map(({ name, dataType = 'float32' }) => [name, dataType]));
    this.#shared = sharedInputs(inputs);
    this.#actions = actions;
    this.#module = module;
    this.#limit = memoryMB * 2 ** 20;
    this.#results = overwrites ? new Map() : undefined;
  }

  /** Steps that are computed, hidden ones included. */
  get #rows(): number {
    return this.plan.hiddenSteps + this.plan.steps;
  }

  async run(input: InputBatch, before?: StreamState): Promise<RunResult> {
    const { graph } = this.plan.model;
    requireWindow(this.plan, input);
    const bound = bindInputs(graph, input);
    const images = sampleCount(bound);
    const part = await this.#partSize(this.#shapesOf(bound), images);
    const results: Map<string, FloatTensor>[] = [];
    const states: { state: StreamState; samples: number }[] = [];
    for (let from = 0; from < images; from += part) {
      const samples = Math.min(part, images - from);
      const batch = sliceSamples(bound, from, from + samples) as BoundInputs;
      const { outputs, state } = await this.#runPart(
        batch,
        before && sliceState(before, images, from, from + samples),
        // The results of several parts are joined.
        part === images ? this.#results : undefined,
      );
      results.push(outputs);
      if (state) states.push({ state, samples });
    }
    const ownAxis = new Set(this.plan.outputs.values());
    const joined = joinOutputs(results, this.#rows, ownAxis, this.#counts());
    const after = states.map(({ state }) => state);
    const state =
      this.plan.stream &&
      joinStates(
        after,
        states.map(({ samples }) => samples),
      );
    return toRunResult(this.plan, joined, state);
  }

  async memoryFor(batch: number): Promise<MemoryUse> {
    return this.#layout(this.#typed(sampleShapes(this.plan.model, batch)));
  }

  async close(): Promise<void> {
    const actions = this.#actions;
    this.#actions = [];
    this.#run = undefined;
    await releaseSessions(actions);
  }

  /** Number of images to run at once. @throws OutOfMemoryError if one image takes more than the bound */
  async #partSize(shapes: InputShapes, images: number): Promise<number> {
    const { bytes } = await this.#layout(this.#ofBatch(shapes, 1));
    if (bytes > this.#limit) throw boundTooSmall(bytes, this.#limit);
    const fitting = Math.floor(this.#limit / bytes);
    const swift = Math.max(1, Math.floor(cacheBytes / bytes));
    return Math.min(images, fitting, swift);
  }

  async #runPart(
    part: BoundInputs,
    before: StreamState | undefined,
    overwritten: Map<string, Float32Array> | undefined,
  ): Promise<{ outputs: Map<string, FloatTensor>; state?: StreamState }> {
    const run = await this.#prepare(this.#shapesOf(part));
    const { stream } = this.plan;
    const goesOn = constantsOf(this.plan, part);
    requireConstants(goesOn, before);
    for (const [name, dataType] of this.#types) {
      const tensor = mustExist(part.inputs[name], `input '${name}'`);
      const presenting = presentingOf(this.plan, name, before);
      if (!presenting) {
        run.write(name, castNumbers(tensor.data, dataType));
        continue;
      }
      const { steps, sums } = presentSteps(tensor, presenting);
      for (const [step, seen] of steps.entries()) run.write(name, seen, step);
      if (stream === 'continued') goesOn.set(name, sums);
    }
    const states = stream && new SegmentedStates(this.plan, before);
    const tally = await withBatchInError(where, sampleCount(part), () => run.execute(states));
    const outputs = this.#collect(run, tally, overwritten);
    return { outputs, ...(states && { state: settle(this.plan, before, states.after, goesOn) }) };
  }

  async #prepare(shapes: InputShapes): Promise<SegmentedRun> {
    const layout = await this.#layout(shapes);
    if (this.#run?.layout === layout && this.#run.run.valid) return this.#run.run;
    const { memory } = this.#module;
    const missing = layout.bytes - memory.buffer.byteLength;
    if (missing > 0)
      await withBatchInError(where, layout.batch, async () => memory.grow(Math.ceil(missing / 65536)));
    const run = new SegmentedRun(this.#actions, layout, this.#rows, this.#module);
    this.#run = { layout, run };
    return run;
  }

  async #layout(shapes: InputShapes): Promise<Layout> {
    const known = this.#layouts.get(keyOf(shapes));
    if (known) return known;
    const layout = makeLayout({
      batch: this.#batchOf(shapes),
      steps: this.#rows,
      actions: this.#actions,
      ...(await this.#shapes(shapes)),
      inputs: [...shapes.keys()],
      inputsOverTime: this.#network.overTime,
      keepsStates: this.plan.stream !== undefined,
      kept: [...this.#network.values.values()],
    });
    this.#layouts.set(keyOf(shapes), layout);
    return layout;
  }

  /** A network that takes single images only is run step by step: no value of it is a batch. */
  async #shapes(shapes: InputShapes): Promise<Pick<LayoutRequest, 'shapes' | 'batched'>> {
    const one = await this.#probe(this.#ofBatch(shapes, 1));
    const single = this.plan.model.graph.inputs.some(
      ({ name, shape }) => !this.#shared.has(name) && shape?.[0] === 1,
    );
    if (single) return { shapes: one, batched: new Set() };
    const two = await this.#probe(this.#ofBatch(shapes, 2));
    return { shapes: extrapolateShapes(one, two, this.#batchOf(shapes)), batched: batchedValues(one, two) };
  }

  #probe(inputs: InputShapes): Promise<Map<string, StepShape>> {
    const key = keyOf(inputs);
    const batch = this.#batchOf(inputs);
    const shapes =
      this.#probes.get(key) ?? withBatchInError(where, batch, () => probeShapes(this.#actions, inputs));
    this.#probes.set(key, shapes);
    return shapes;
  }

  #shapesOf({ inputs }: BoundInputs): InputShapes {
    return this.#typed(new Map(Object.entries(inputs).map(([name, { shape }]) => [name, shape])));
  }

  /** Of one step each. */
  #typed(shapes: ReadonlyMap<string, readonly number[]>): InputShapes {
    const { overTime } = this.plan;
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
  #ofBatch(shapes: InputShapes, batch: number): InputShapes {
    return new Map(
      [...shapes].map(([name, { dataType, dims }]) => [
        name,
        { dataType, dims: this.#shared.has(name) ? dims : dims.with(0, batch) },
      ]),
    );
  }

  #batchOf(shapes: InputShapes): number {
    const own = [...shapes].find(([name]) => !this.#shared.has(name));
    return own?.[1].dims[0] ?? 1;
  }

  /** Copies the wanted values out of the memory, which the next run writes over. */
  #collect(
    run: SegmentedRun,
    tally: Tally,
    overwritten?: Map<string, Float32Array>,
  ): Map<string, FloatTensor> {
    const { statistics } = this.plan;
    const steps = this.#rows;
    const outputs = new Map<string, FloatTensor>();
    const ownAxis = new Set(this.plan.outputs.values());
    for (const [output, value] of this.#network.values) {
      const result = this.#overTime(run, value, ownAxis.has(output), overwritten?.get(output));
      overwritten?.set(output, result.data as Float32Array);
      outputs.set(output, result);
    }
    const count = (name: string, counts: readonly number[]) =>
      outputs.set(name, { shape: [steps], data: Float64Array.from(counts) });
    for (const [site, name] of statistics?.spikes ?? [])
      count(name, lookUp(tally.spikes, site, 'spikes of site'));
    for (const [operator, names] of statistics?.products ?? []) {
      const counts = tally.products.get(operator);
      if (!counts) continue;
      for (const key of ['both', 'left', 'right'] as const) count(names[key], counts[key]);
    }
    return outputs;
  }

  /** All steps of a value one after the other: [T·N, …], or [T, N, …] with an axis of its own. */
  #overTime(run: SegmentedRun, value: string, ownAxis: boolean, old?: Float32Array): FloatTensor {
    const steps = this.#rows;
    const first = run.read(value, 0);
    const size = first.length * steps;
    const data = old?.length === size ? old : new Float32Array(size);
    for (let t = 0; t < steps; t++) data.set(run.read(value, t), t * first.length);
    const dims = run.dims(value);
    const shape = ownAxis ? [steps, ...dims] : [(dims[0] ?? 1) * steps, ...dims.slice(1)];
    return { shape, data };
  }

  /** Outputs that hold counts of the whole batch for each step. */
  #counts(): ReadonlySet<string> {
    const none = { spikes: new Map(), products: new Map(), inputs: new Map() };
    const { spikes, products, inputs } = this.plan.statistics ?? none;
    return new Set<string>([
      ...spikes.values(),
      ...inputs.values(),
      ...[...products.values()].flatMap((each) => Object.values<string>(each)),
    ]);
  }
}

/** Their sums of whole numbers begin at 0 with each window. */
function noLongSums(): UsageError {
  return new UsageError({
    where: 'stream whose averages go on',
    expected: 'synapses in float32',
    got: 'int8',
    remedy: 'Let the averages restart at each window',
    means: ['stream'],
  });
}

function boundTooSmall(bytes: number, limit: number): OutOfMemoryError {
  const needed = Math.ceil(bytes / 2 ** 20);
  return new OutOfMemoryError({
    where,
    expected: `at most ${limit / 2 ** 20} MB of activations`,
    got: `${needed} MB for one image`,
    remedy: `Allow at least ${needed} MB, or take fewer time-steps`,
    means: ['memoryMB', 'steps'],
  });
}
