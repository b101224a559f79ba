import { bindInputs } from '../graph/bind-inputs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { InputBatch, InputTensor } from '../graph/input-batch.ts';
import { broadcastShapes } from '../interpreter/nd-array.ts';
import { lookUp } from '../look-up.ts';
import { OrtSession, type SessionOptions } from '../sessions/ort-session.ts';
import { exposeStates } from '../spiking/expose-states.ts';
import type { Site } from '../spiking/neuron-node.ts';
import { elapsedOf, initialVariables, type SiteAfter, settle } from './go-on.ts';
import { type Engine, type Plan, toRunResult } from './plan-run.ts';
import { presentBound } from './present-bound.ts';
import { presentSteps } from './present-steps.ts';
import { requireWindow } from './require-window.ts';
import type { StreamState } from './stream-state.ts';

/**
 * Runs a plan as it stands: one ONNX Runtime session for the whole spiking model, neurons as standard operators.
 * The slow engine that anything can be compared with; float32.
 */
export async function createInGraphEngine(plan: Plan, options?: SessionOptions): Promise<Engine> {
  if (plan.stream) return createStreamingEngine(plan, options);
  const session = await OrtSession.create(plan.model, options);
  return {
    plan,
    async run(input: InputBatch) {
      requireWindow(plan, input);
      return toRunResult(plan, await session.run(input));
    },
    close: () => session.release(),
  };
}

/** States go into the session and come out of it. */
async function createStreamingEngine(plan: Plan, options?: SessionOptions): Promise<Engine> {
  const { model, elapsed, ports } = exposeStates(plan.model);
  const session = await OrtSession.create(model, options);
  const statesOf = (before: StreamState | undefined) =>
    plan.sites.flatMap((site): [string, InputTensor][] => {
      const { surplus, given } = lookUp(ports, site.name, 'ports of site');
      const known = before?.sites.get(site.name);
      const variables = known?.variables ?? initialVariables(site, parameterShape(site));
      return [
        [surplus, known?.surplus ?? nothing],
        ...[...given].map(([variable, name]): [string, InputTensor] => [
          name,
          lookUp(variables, variable, 'state variable'),
        ]),
      ];
    });
  const afterOf = (outputs: ReadonlyMap<string, FloatTensor>) =>
    new Map(
      [...ports].map(([site, { last, made }]): [string, SiteAfter] => {
        const variables = [...made].map(
          ([variable, name]) => [variable, lookUp(outputs, name, 'output')] as const,
        );
        return [site, { variables: new Map(variables), last: lookUp(outputs, last, 'output') }];
      }),
    );
  return {
    plan,
    async run(input: InputBatch, before?: StreamState) {
      requireWindow(plan, input);
      const bound = bindInputs(plan.model.graph, input);
      const { inputs, goesOn } = presentBound(plan, bound, before, presentSteps);
      const time = { shape: [], data: Float32Array.of(elapsedOf(plan, before)) };
      const given = { ...inputs, [elapsed]: time, ...Object.fromEntries(statesOf(before)) };
      const outputs = await session.run({ inputs: given, shared: bound.shared });
      return toRunResult(plan, outputs, settle(plan, before, afterOf(outputs), goesOn));
    },
    close: () => session.release(),
  };
}

const nothing: InputTensor = { shape: [], data: Float32Array.of(0) };

/** The shape that all parameters of a site are broadcastable to. */
function parameterShape({ name, parameters }: Site): readonly number[] {
  const shapes = Object.values(parameters).map(({ shape }) => shape);
  return broadcastShapes(shapes, `parameters of site '${name}'`);
}
