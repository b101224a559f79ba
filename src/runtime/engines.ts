import { createInGraphEngine } from './in-graph-engine.ts';
import type { Engine, Plan } from './plan-run.ts';
import { createSegmentedEngine } from './segmented/segmented-engine.ts';

/** What every engine can be told. */
export interface EngineOptions {
  /** Threads one operator of ONNX Runtime may use. Default 1. */
  readonly threads?: number;
}

/** Engines in float32, by the name the command line knows. */
export const engines = {
  /** Cut at the neurons, which run as fused kernels. */
  fast: createSegmentedEngine,
  /** One session of ONNX Runtime with neurons as standard operators, as any other runtime would run it. */
  'in-graph': createInGraphEngine,
} satisfies Record<string, (plan: Plan, options: EngineOptions) => Promise<Engine>>;

/** Name of an engine. */
export type EngineName = keyof typeof engines;
