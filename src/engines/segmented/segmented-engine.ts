import { OutOfMemoryError, UsageError } from '../../errors.ts';
import { type BoundInputs, bindInputs } from '../../graph/bind-inputs.ts';
import { castNumbers } from '../../graph/cast-numbers.ts';
import type { DataType } from '../../graph/data-type.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { type InputBatch, sampleCount, sliceSamples } from '../../graph/input-batch.ts';
import { KernelModule } from '../../kernels/kernel-module.ts';
import { mustExist } from '../../look-up.ts';
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
import { collectResults, countsOf } from './collect-results.ts';
import { countedProducts } from './counted-products.ts';
import { driveByEvents } from './events/drive-by-events.ts';
import { integerLayers } from './events/integer-events.ts';
import { useIntegerSynapses } from './integer-synapses.ts';
import { joinOutputs } from './join-outputs.ts';
import type { Layout } from './layout.ts';
import { type InputShapes, RunLayouts } from './run-layouts.ts';
import { SegmentedRun } from './segmented-run.ts';
import { SegmentedStates } from './segmented-states.ts';
import { splitProducts } from './split-products.ts';
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

class Segmented implements SegmentedEngine {
  readonly plan: Plan;
  readonly leftInFloat: readonly SiteInFloat[];
  readonly #network: StepNetwork;
  readonly #types: ReadonlyMap<string, DataType>;
  #actions: readonly Action[];
  readonly #module: KernelModule;
  readonly #limit: number;
  readonly #layouts: RunLayouts;
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
    this.#layouts = new RunLayouts(plan, network);
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
    const part = await this.#partSize(this.#layouts.ofInputs(bound), images);
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
    const joined = joinOutputs(results, this.#rows, ownAxis, countsOf(this.plan));
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
    return this.#layouts.of(this.#layouts.typed(sampleShapes(this.plan.model, batch)), this.#actions);
  }

  async close(): Promise<void> {
    const actions = this.#actions;
    this.#actions = [];
    this.#run = undefined;
    await releaseSessions(actions);
  }

  /** Number of images to run at once. @throws OutOfMemoryError if one image takes more than the bound */
  async #partSize(shapes: InputShapes, images: number): Promise<number> {
    const { bytes } = await this.#layouts.of(this.#layouts.ofBatch(shapes, 1), this.#actions);
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
    const run = await this.#prepare(this.#layouts.ofInputs(part));
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
    const outputs = collectResults(this.plan, this.#network.values, run, tally, overwritten);
    return { outputs, ...(states && { state: settle(this.plan, before, states.after, goesOn) }) };
  }

  async #prepare(shapes: InputShapes): Promise<SegmentedRun> {
    const layout = await this.#layouts.of(shapes, this.#actions);
    if (this.#run?.layout === layout && this.#run.run.valid) return this.#run.run;
    const { memory } = this.#module;
    const missing = layout.bytes - memory.buffer.byteLength;
    if (missing > 0)
      await withBatchInError(where, layout.batch, async () => memory.grow(Math.ceil(missing / 65536)));
    const run = new SegmentedRun(this.#actions, layout, this.#rows, this.#module);
    this.#run = { layout, run };
    return run;
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
