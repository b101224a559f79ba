import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { ModelFunction } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { domain } from './domain.ts';

/** Operator that presents an input at every time-step: x [N, …], steps [1] → [T·N, …], time-step major. */
export const openTimeAxis = 'OpenTimeAxis';

/** Operator that gives the steps an axis of their own: y [T·N, …], steps [1] → [T, N, …]. */
export const closeTimeAxis = 'CloseTimeAxis';

/** The ONNX functions of both. @param opset version of the standard operators that the bodies are to use */
export function timeAxisFunctions(opset: number): ModelFunction[] {
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
    timeAxisFunction(closeTimeAxis, opset, 'Splits [T·N, …] into [T, N, …].', (build) => {
      const rest = withoutFirst(build, build.op('Shape', ['x']));
      const split = build.op('Concat', ['steps', build.integers('batch', [-1]), rest], { axis: 0 });
      return ['x', split];
    }),
  ];
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
