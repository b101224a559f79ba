/**
 * What runs a spiking model: a plan (model, T, what to report), and engines that give the same result.
 *
 * @example
 * ```ts
 * import { conversion, engines, methods, openInputs, openNetwork } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * const images = await openInputs(network, 'x.npy', { limit: 8 });
 * const { model } = await conversion.convert(network.model, {
 *   method: methods.ecmt,
 *   steps: 4,
 *   calibration: () => images.batches(),
 * });
 * const engine = await engines.byName.fast(engines.planRun(model, { steps: 4 }));
 * for await (const batch of images.batches()) {
 *   const { logits } = await engine.run(batch);
 *   console.log(logits.shape.join(' × ')); // 4 × 8 × 5
 * }
 * await engine.close();
 * ```
 *
 * @module
 */

export { type AddressEvents, addressEvents } from '../engines/address-events.ts';
export { type EngineName, engines as byName } from '../engines/engines.ts';
export { createInGraphEngine } from '../engines/in-graph-engine.ts';
export { createOracleEngine } from '../engines/oracle-engine.ts';
export { type Engine, type Plan, type PlanOptions, planRun, type RunResult } from '../engines/plan-run.ts';
export type { StreamAverages } from '../engines/require-stream.ts';
export { type SpikeTrain, spikeTrains, spikeValues } from '../engines/spike-trains.ts';
export { runStream, Stream, type StreamRun } from '../engines/stream.ts';
export type { SiteState, StreamState } from '../engines/stream-state.ts';
export {
  installRuntime,
  type Runtime,
  type RuntimeOptions,
  type RuntimeSession,
  type RuntimeTensor,
} from '../sessions/runtime.ts';
