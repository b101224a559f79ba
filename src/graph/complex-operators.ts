import { Graph } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { Model, ModelFunction } from './model.ts';
import { type AttributeInputs, node } from './node.ts';

/** Domain of operators on complex numbers. */
export const complexDomain = 'transpike.complex';

/**
 * An operator on complex numbers, which are float32 [N, 2·C, …]: the real parts of all C channels, then the imaginary ones. It is a
 * function of standard operators in the model, so that any runtime computes it and every pass may look inside.
 *
 * A complex product is **four** real ones: weights W stand as [[Re W, −Im W], [Im W, Re W]], both copies of each part tied to one tensor.
 */
export interface ComplexOperator {
  /** Name of the operator in domain `transpike.complex`. */
  readonly name: string;
  readonly doc: string;
  readonly inputs: readonly string[];
  /** Names of the attributes that a call must give. */
  readonly attributes: readonly string[];
  /** From the names of the inputs to the name of the result. */
  body(build: GraphBuilder): string;
}

/** W [2, F, C, …], real and imaginary part, as the real weight [2·F, 2·C, …]. */
function realWeight(build: GraphBuilder, weight: string): string {
  const [re, im] = [0, 1].map((part) =>
    build.op('Gather', [weight, build.integers('part', [part])], { axis: 0 }),
  ) as [string, string];
  const [real, imaginary] = [re, im].map((part) =>
    build.op('Squeeze', [part, build.integers('axis', [0])]),
  ) as [string, string];
  const upper = build.op('Concat', [real, build.op('Neg', [imaginary])], { axis: 1 });
  const lower = build.op('Concat', [imaginary, real], { axis: 1 });
  return build.op('Concat', [upper, lower], { axis: 0 });
}

/** Smallest square of a magnitude: divisions by 0 and infinite slopes are kept away from. */
const tiny = 1e-30;

function magnitude(build: GraphBuilder, x: string): string {
  const squares = build.op('Mul', [x, x]);
  const sum = build.op('ReduceSum', [squares, build.integers('channels', [1])], { keepdims: 1 });
  return build.op('Sqrt', [build.op('Add', [sum, build.scalar('tiny', tiny)])]);
}

/** All operators on complex numbers. */
export const complexOperators = {
  /** Convolution with a complex kernel, padded with zeros. */
  convolution: {
    name: 'ComplexConv',
    doc: 'Convolution of x [N, 2C, …] with a complex kernel [2, F, C, …]: [N, 2F, …]. A complex product is four real ones.',
    inputs: ['x', 'kernel'],
    attributes: ['pads'],
    body: (build) =>
      build.op('Conv', ['x', realWeight(build, 'kernel')], {
        pads: { kind: 'reference', value: 'pads', type: 'ints' },
      }),
  },
  /** Product with a complex matrix. */
  product: {
    name: 'ComplexMatMul',
    doc: 'Product of a complex matrix [2, F, C] with each row of x [N, 2C]: [N, 2F]. A complex product is four real ones.',
    inputs: ['x', 'matrix'],
    attributes: [],
    body: (build) =>
      build.op('MatMul', ['x', build.op('Transpose', [realWeight(build, 'matrix')], { perm: [1, 0] })]),
  },
  /** |x|. */
  magnitude: {
    name: 'ComplexAbs',
    doc: 'Magnitude of x [N, 2, …]: [N, 1, …].',
    inputs: ['x'],
    attributes: [],
    body: (build) => magnitude(build, 'x'),
  },
  /** Complex soft threshold. */
  shrinkage: {
    name: 'ComplexShrink',
    doc: 'Complex soft threshold x·max(0, 1 − θ/|x|) of x [N, 2, …] with a number θ: it takes θ off magnitudes and keeps phases.',
    inputs: ['x', 'threshold'],
    attributes: [],
    body: (build) => {
      const loss = build.op('Div', ['threshold', magnitude(build, 'x')]);
      const share = build.op('Relu', [build.op('Sub', [build.scalar('one', 1), loss])]);
      return build.op('Mul', ['x', share]);
    },
  },
} as const satisfies Record<string, ComplexOperator>;

/** Appends a call of an operator and returns the result. */
export function addComplex(
  build: GraphBuilder,
  operator: ComplexOperator,
  inputs: readonly string[],
  attributes: AttributeInputs = {},
  options: { name?: string } = {},
): string {
  return build.op(operator.name, inputs, attributes, { ...options, domain: complexDomain });
}

/** Adds the functions of the complex operators that the model uses and does not carry yet. */
export function carryComplexOperators(model: Model): void {
  const called = new Set(
    model.graph.nodes.filter(({ domain }) => domain === complexDomain).map(({ opType }) => opType),
  );
  if (called.size === 0) return;
  model.opsets.set(complexDomain, 1);
  for (const { name, domain } of model.functions) if (domain === complexDomain) called.delete(name);
  for (const operator of Object.values<ComplexOperator>(complexOperators)) {
    if (called.has(operator.name)) model.functions.push(functionOf(operator, model.opset));
  }
}

function functionOf({ name, doc, inputs, attributes, body }: ComplexOperator, opset: number): ModelFunction {
  const graph = new Graph(name);
  const result = body(new GraphBuilder(graph, 'inner.'));
  const constants = [...graph.initializers].map(([id, value]) => node('Constant', [], [id], { value }));
  return {
    name,
    domain: complexDomain,
    inputs: [...inputs],
    outputs: ['y'],
    attributes: [...attributes],
    attributeDefaults: new Map(),
    nodes: [...constants, ...graph.nodes, node('Identity', [result], ['y'])],
    opsets: new Map([['', opset]]),
    doc,
  };
}
