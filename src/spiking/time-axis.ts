import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model, ModelFunction } from '../graph/model.ts';
import { type AttributeInputs, intAttribute, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { domain } from './domain.ts';

/** Operator that presents an input at every time-step: x [N, …], steps [1] → [T·N, …], time-step major. */
export const openTimeAxis = 'OpenTimeAxis';

/**
 * Operator that gives the steps an axis of their own: y [T·N, …], steps [1] → [T, N, …]. In a model with ρ hidden steps
 * it has an attribute `hidden` = ρ, takes [(ρ+T)·N, …] and steps = ρ + T, and leaves the hidden steps out.
 */
export const closeTimeAxis = 'CloseTimeAxis';

/**
 * Operator that presents an input over time x [N, T, …] as its running means: x → [T·N, …], time-step major. In a model with ρ
 * hidden steps, which come first, these see the mean over all T.
 */
export const runningMeans = 'RunningMeans';

/** The same as currents: every step sees its own x(t). */
export const currents = 'Currents';

/** Whether an operator presents an input over time. */
export function presentsOverTime(of: { readonly domain: string; readonly opType: string }): boolean {
  return of.domain === domain && (of.opType === runningMeans || of.opType === currents);
}

const hiddenAttribute = 'hidden';

/** Attributes of {@link closeTimeAxis} in a model with this many hidden steps. */
export function closingAttributes(hidden: number): AttributeInputs {
  return hidden > 0 ? { [hiddenAttribute]: hidden } : {};
}

/** Number of hidden steps ρ before step 1 of a spiking model. */
export function hiddenStepsOf({ graph }: Model): number {
  const closing = graph.nodes.find((each) => each.domain === domain && each.opType === closeTimeAxis);
  return closing ? intAttribute(closing, hiddenAttribute, 0) : 0;
}

/**
 * The ONNX functions of both.
 *
 * @param opset version of the standard operators that the bodies are to use
 * @param hidden number of hidden steps
 */
export function timeAxisFunctions(opset: number, hidden = 0): ModelFunction[] {
  return [
    timeAxisFunction(
      openTimeAxis,
      opset,
      'Repeats a constant input for each of the T time-steps.',
      (build) => {
        const shape = build.op('Shape', ['x']);
        const full = build.op('Concat', ['steps', shape], { axis: 0 });
        const repeated = build.op('Expand', ['x', full]);
        const merged = build.op('Concat', [build.integers('merged', [-1]), withoutFirst(build, shape)], {
          axis: 0,
        });
        return [repeated, merged];
      },
    ),
    closingFunction(opset, hidden),
  ];
}

function closingFunction(opset: number, hidden: number): ModelFunction {
  const plain = timeAxisFunction(closeTimeAxis, opset, 'Splits [T·N, …] into [T, N, …].', (build) => {
    const rest = withoutFirst(build, build.op('Shape', ['x']));
    const split = build.op('Concat', ['steps', build.integers('batch', [-1]), rest], { axis: 0 });
    return ['x', split];
  });
  if (hidden === 0) return plain;
  const last = plain.nodes.at(-1)!;
  const bounds = [hidden, 2 ** 31 - 1].map((bound, i) =>
    node('Constant', [], [`bound${i}`], { value: Tensor.int64([1], [bound]) }),
  );
  const visible = node('Slice', ['all', 'bound0', 'bound1'], ['y']);
  return {
    ...plain,
    attributeDefaults: new Map([[hiddenAttribute, { kind: 'int', value: hidden }]]),
    nodes: [...plain.nodes.slice(0, -1), { ...last, name: 'all', outputs: ['all'] }, ...bounds, visible],
    doc: `Splits [T·N, …] into [T, N, …] and leaves the first ${hidden} steps out.`,
  };
}

/**
 * The ONNX function of an operator that presents an input over time.
 *
 * @param opset version of the standard operators that the body is to use
 * @param hidden number of hidden steps
 */
export function presentingFunction(
  name: typeof runningMeans | typeof currents,
  opset: number,
  hidden: number,
): ModelFunction {
  const what = name === runningMeans ? 'running means' : 'currents';
  const body = (build: GraphBuilder): [value: string, shape: string] => {
    const shape = build.op('Shape', ['x']);
    const [zero, one, two] = [0, 1, 2].map((at) => build.integers(`at${at}`, [at])) as [
      string,
      string,
      string,
    ];
    const rest = build.op('Slice', [shape, two, build.integers('end', [32])]);
    const samples = build.op(
      'Concat',
      [build.op('Slice', [shape, zero, two]), build.integers('flat', [-1])],
      {
        axis: 0,
      },
    );
    const stepsFirst = build.op('Transpose', [build.op('Reshape', ['x', samples])], { perm: [1, 0, 2] });
    const isMean = name === runningMeans;
    const means =
      isMean || hidden > 0 ? meansOf(build, stepsFirst, build.op('Slice', [shape, one, two])) : stepsFirst;
    const presented = isMean ? means : stepsFirst;
    const all = hidden === 0 ? presented : behindHidden(build, presented, means, hidden);
    return [all, build.op('Concat', [build.integers('merged', [-1]), rest], { axis: 0 })];
  };
  return timeAxisFunction(name, opset, `Presents an input [N, T, …] step by step as ${what}.`, body, ['x']);
}

/** Running means over the leading axis of [T, N, features]. @param steps value that holds T, int64 [1] */
function meansOf(build: GraphBuilder, value: string, steps: string): string {
  const sums = build.op('CumSum', [value, build.constant('time', Tensor.int64([], [0]))]);
  const count = build.op('Cast', [build.op('Squeeze', [steps])], { to: 1 });
  const first = build.scalar('first', 1);
  const times = build.op('Range', [first, build.op('Add', [count, first]), first]);
  return build.op('Div', [sums, build.op('Reshape', [times, build.integers('column', [-1, 1, 1])])]);
}

/** Steps behind as many of the mean over all of them, which is the last one of the running means. */
function behindHidden(build: GraphBuilder, presented: string, means: string, hidden: number): string {
  const last = build.op('Slice', [means, build.integers('last', [-1]), build.integers('all', [2 ** 31 - 1])]);
  return build.op('Concat', [...Array<string>(hidden).fill(last), presented], { axis: 0 });
}

function withoutFirst(build: GraphBuilder, shape: string): string {
  return build.op('Slice', [shape, build.integers('from', [1]), build.integers('to', [32])]);
}

/** Both operators end in a Reshape of some value to some shape. */
function timeAxisFunction(
  name: string,
  opset: number,
  doc: string,
  body: (build: GraphBuilder) => [value: string, shape: string],
  inputs: readonly string[] = ['x', 'steps'],
): ModelFunction {
  const graph = new Graph(name);
  const [value, shape] = body(new GraphBuilder(graph));
  const constants = [...graph.initializers].map(([key, tensor]) =>
    node('Constant', [], [key], { value: tensor }),
  );
  return {
    name,
    domain,
    inputs,
    outputs: ['y'],
    attributes: [],
    attributeDefaults: new Map(),
    nodes: [...constants, ...graph.nodes, node('Reshape', [value, shape], ['y'])],
    opsets: new Map([['', opset]]),
    doc,
  };
}
