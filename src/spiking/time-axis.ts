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

function withoutFirst(build: GraphBuilder, shape: string): string {
  return build.op('Slice', [shape, build.integers('from', [1]), build.integers('to', [32])]);
}

/** Both operators end in a Reshape of some value to some shape. */
function timeAxisFunction(
  name: string,
  opset: number,
  doc: string,
  body: (build: GraphBuilder) => [value: string, shape: string],
): ModelFunction {
  const graph = new Graph(name);
  const [value, shape] = body(new GraphBuilder(graph));
  const constants = [...graph.initializers].map(([key, tensor]) =>
    node('Constant', [], [key], { value: tensor }),
  );
  return {
    name,
    domain,
    inputs: ['x', 'steps'],
    outputs: ['y'],
    attributes: [],
    attributeDefaults: new Map(),
    nodes: [...constants, ...graph.nodes, node('Reshape', [value, shape], ['y'])],
    opsets: new Map([['', opset]]),
    doc,
  };
}
