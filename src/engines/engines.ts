import { UsageError } from '../errors.ts';
import { domain } from '../spiking/domain.ts';
import { isRecurrent } from '../spiking/recurrent-population.ts';
import { requireKnown } from '../spiking/unknown-neuron.ts';
import { createInGraphEngine } from './in-graph-engine.ts';
import type { Engine, Plan } from './plan-run.ts';
import { createSegmentedEngine } from './segmented/segmented-engine.ts';

/** Numbers that synaptic weights are kept in. */
export const synapses = ['float32', 'int8'] as const;
export type Synapses = (typeof synapses)[number];

/** What every engine can be told. */
export interface EngineOptions {
  /** Threads one operator of ONNX Runtime may use. Default 1. */
  readonly threads?: number;
  /** Numbers that synaptic weights are kept in; `int8` for the fast engine only. Default `float32`. */
  readonly synapses?: Synapses;
  /** Bound of the memory for activations in MB (2^20 bytes), for the fast engine only; larger batches are run in parts. */
  readonly memoryMB?: number | undefined;
  /** Whether a run of the fast engine may write its results over those of the run before. Default false. */
  readonly overwrites?: boolean;
}

/** Engines in float32, by the name the command line knows. */
export const engines = {
  /** Cut at the neurons, which run as fused kernels. */
  fast: fastEngine,
  /** One session of ONNX Runtime with neurons as standard operators, as any other runtime would run it. */
  'in-graph': inGraphEngine,
} satisfies Record<string, (plan: Plan, options: EngineOptions) => Promise<Engine>>;

/** Name of an engine. */
export type EngineName = keyof typeof engines;

/** A form that reads single spikes (binary-spike export), or has loops, cannot be cut at its neurons, and runs as it stands. */
async function fastEngine(plan: Plan, options: EngineOptions): Promise<Engine> {
  for (const { neuron } of plan.sites) requireKnown(neuron);
  const { graph } = plan.model;
  const whole = plan.sites.some(({ spikes }) =>
    graph.consumersOf(spikes).some(({ domain: each }) => each === domain),
  );
  if (graph.nodes.some(isRecurrent)) {
    return uncutEngine(plan, options, { where: 'network with loops', instead: 'Leave it out' });
  }
  if (!whole) return createSegmentedEngine(plan, options);
  return uncutEngine(plan, options, {
    where: 'binary spikes',
    instead: 'Use the spiking model that they were exported from',
  });
}

function inGraphEngine(plan: Plan, options: EngineOptions): Promise<Engine> {
  return uncutEngine(plan, options, { where: 'in-graph engine', instead: 'Use the fast engine' });
}

/** @param refusal what does not take all options, and what would */
async function uncutEngine(
  plan: Plan,
  { threads, synapses: kind, memoryMB }: EngineOptions,
  { where, instead }: { readonly where: string; readonly instead: string },
): Promise<Engine> {
  if (memoryMB !== undefined) {
    throw new UsageError({
      where,
      expected: 'no bound of its memory',
      got: `${memoryMB} MB`,
      remedy: `${instead}, or a smaller batch`,
    });
  }
  if (kind === 'int8') {
    throw new UsageError({
      where,
      expected: 'synapses in float32',
      got: 'int8',
      remedy: instead,
    });
  }
  return createInGraphEngine(plan, threads === undefined ? {} : { threads });
}
