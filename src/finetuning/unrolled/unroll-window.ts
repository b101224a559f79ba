import { elapsedOf, initialVariables, settle } from '../../engines/go-on.ts';
import { type Plan, planRun } from '../../engines/plan-run.ts';
import { presentBound } from '../../engines/present-bound.ts';
import { presentSteps } from '../../engines/present-steps.ts';
import type { StreamAverages } from '../../engines/require-stream.ts';
import { requireWindow } from '../../engines/require-window.ts';
import type { StreamState } from '../../engines/stream-state.ts';
import { bindInputs } from '../../graph/bind-inputs.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { InputBatch } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { TypedNumbers } from '../../graph/typed-view.ts';
import { lookUp } from '../../look-up.ts';
import { measureShapes } from '../../sessions/measure-shapes.ts';
import { type UnrolledModel, type UnrollOptions, unrollSpiking } from './unroll-spiking.ts';
import type { WindowPorts } from './window-ports.ts';

/** How a window of a stream is laid out over time to be trained. */
export interface UnrollWindowOptions extends Omit<UnrollOptions, 'timedInput' | 'window'> {
  /** What becomes of averages from one window to the next. */
  readonly stream: StreamAverages;
}

/** One batch as a window of a stream. */
export interface PresentedWindow {
  /** All inputs of the model by name: the network's own, and the state. */
  readonly inputs: Readonly<Record<string, TypedNumbers>>;
  /** What the next window goes on from. @param told the values that are named `carried` */
  after(told: ReadonlyMap<string, FloatTensor>): StreamState;
}

/** A window of a stream as a graph that gradients pass through. */
export interface UnrolledWindow extends UnrolledModel {
  /** Names of the values that say what became of the neurons: outputs of the model beside its own. */
  readonly carried: readonly string[];
  /**
   * @param batch of N samples, of inputs over time [N, T, …]
   * @param before state after the window before. Default: the stream begins
   * @throws RuntimeError if the batch does not fit the network
   */
  present(batch: InputBatch, before?: StreamState): PresentedWindow;
}

/**
 * Lays a window of a stream out over its T steps, as {@link unrollSpiking} does a run that begins anew. States come in as numbers: no gradient
 * passes from a window to the one before it, which is back-propagation through time, truncated at the borders of windows. They are
 * those of the engines, so that a stream may be run for a while, trained on, and run again.
 *
 * @throws ConversionError at neurons that cannot be trained, or cannot go on from window to window
 */
export async function unrollWindow(
  spiking: Model,
  { stream, ...options }: UnrollWindowOptions,
): Promise<UnrolledWindow> {
  const { steps, batchSize } = options;
  const plan = planRun(spiking, { steps, stream });
  const measured = await measureShapes(
    plan.model,
    plan.sites.map(({ value }) => value),
  );
  const shapes = new Map(
    plan.sites.map(({ name, value }) => [name, lookUp(measured, value, 'shape of value').slice(1)]),
  );
  const unrolled = unrollSpiking(plan.model, { ...options, window: { averages: stream, shapes } });
  const ports: WindowPorts = unrolled.ports ?? { sites: new Map() };
  return {
    ...unrolled,
    carried: [...ports.sites.values()].flatMap(({ made, last }) => [last, ...Object.values(made)]),
    present(batch, before) {
      requireWindow(plan, batch);
      const bound = bindInputs(plan.model.graph, batch);
      const { inputs, goesOn } = presentBound(plan, bound, before, presentSteps);
      const own = Object.entries(inputs).map(([name, { data }]) => [name, data] as const);
      return {
        inputs: { ...Object.fromEntries(own), ...statesBefore(plan, ports, shapes, batchSize, before) },
        after: (told) => settle(plan, before, statesAfter(ports, told), goesOn),
      };
    },
  };
}

/** The state as inputs of the model. */
function statesBefore(
  plan: Plan,
  { elapsed, sites }: WindowPorts,
  shapes: ReadonlyMap<string, readonly number[]>,
  samples: number,
  before: StreamState | undefined,
): Record<string, Float32Array> {
  const given: Record<string, Float32Array> = {};
  if (elapsed !== undefined) given[elapsed] = Float32Array.of(elapsedOf(plan, before));
  for (const site of plan.sites) {
    const ports = lookUp(sites, site.name, 'ports of site');
    const shape = [samples, ...lookUp(shapes, site.name, 'shape of site')];
    const known = before && lookUp(before.sites, site.name, 'state of site');
    const variables = known?.variables ?? initialVariables(site, shape);
    for (const [variable, { data }] of variables)
      given[ports.given[variable] ?? ''] = Float32Array.from(data);
    if (ports.surplus !== undefined)
      given[ports.surplus] = Float32Array.from(known?.surplus?.data ?? new Float32Array(sizeOf(shape)));
  }
  return given;
}

function statesAfter({ sites }: WindowPorts, told: ReadonlyMap<string, FloatTensor>) {
  const toldOf = (name: string) => lookUp(told, name, 'value of the window');
  return new Map(
    [...sites].map(([site, { made, last }]) => {
      const variables = Object.entries(made).map(([variable, name]) => [variable, toldOf(name)] as const);
      return [site, { variables: new Map(variables), last: toldOf(last) }] as const;
    }),
  );
}
