import type { GraphBuilder } from '../graph/graph-builder.ts';
import { float } from '../graph/node.ts';

/** Appends an activation function; `path` names its operators. */
type ActivationBuilder = (builder: GraphBuilder, input: string, path: string) => string;

const builders = {
  gelu: erfGelu,
  'gelu-tanh': tanhGelu,
  'quick-gelu': quickGelu,
  relu: (builder, input, path) => builder.op('Relu', [input], {}, { name: path }),
  relu6: (builder, input, path) => {
    const bounds = [builder.scalar(`${path}.min`, 0), builder.scalar(`${path}.max`, 6)];
    return builder.op('Clip', [input, ...bounds], {}, { name: path });
  },
  silu: (builder, input, path) => {
    const gate = builder.op('Sigmoid', [input], {}, named(path, 'sigmoid'));
    return builder.op('Mul', [input, gate], {}, { name: path });
  },
  sigmoid: (builder, input, path) => builder.op('Sigmoid', [input], {}, { name: path }),
  tanh: (builder, input, path) => builder.op('Tanh', [input], {}, { name: path }),
  'hard-sigmoid': hardSigmoid,
  'hard-swish': (builder, input, path) =>
    builder.op('Mul', [input, hardSigmoid(builder, input, `${path}.gate`)], {}, { name: path }),
} as const satisfies Record<string, ActivationBuilder>;

/** An activation function of a perceptron layer. */
export type PerceptronActivation = keyof typeof builders;

/** What checkpoints call the activation functions. */
const names: ReadonlyMap<string, PerceptronActivation> = new Map([
  ['gelu', 'gelu'],
  ['gelu(erf)', 'gelu'],
  ['gelu_erf', 'gelu'],
  ['gelu_python', 'gelu'],
  ['gelu_tanh', 'gelu-tanh'],
  ['gelu(tanh)', 'gelu-tanh'],
  ['gelu_new', 'gelu-tanh'],
  ['gelu_fast', 'gelu-tanh'],
  ['gelu_pytorch_tanh', 'gelu-tanh'],
  ['quick_gelu', 'quick-gelu'],
  ['relu', 'relu'],
  ['relu6', 'relu6'],
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['sigmoid', 'sigmoid'],
  ['tanh', 'tanh'],
  ['hard_sigmoid', 'hard-sigmoid'],
  ['hard_swish', 'hard-swish'],
]);

/** The names under which config.json may ask for an activation function. */
export const activationNames: readonly string[] = [...names.keys()];

/** The activation function that config.json calls `name`; `undefined` if it is none that Transpike builds. */
export function activationNamed(name: string): PerceptronActivation | undefined {
  return names.get(name);
}

/**
 * Appends an activation function, applied to each element, and returns its output.
 *
 * @param path stem of the operators' names
 */
export function addActivation(
  builder: GraphBuilder,
  activation: PerceptronActivation,
  input: string,
  path: string,
): string {
  return builders[activation](builder, input, path);
}

/** x/2·(1 + erf(x/√2)), in the form in which opset 17 exporters write it. */
function erfGelu(builder: GraphBuilder, input: string, path: string): string {
  const scaled = builder.op(
    'Div',
    [input, builder.scalar(`${path}.sqrt_two`, Math.SQRT2)],
    {},
    named(path, 'div'),
  );
  const erf = builder.op('Erf', [scaled], {}, named(path, 'erf'));
  return halfTimesOnePlus(builder, input, erf, path);
}

/** x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
function tanhGelu(builder: GraphBuilder, input: string, path: string): string {
  const square = builder.op('Mul', [input, input], {}, named(path, 'square'));
  const cube = builder.op('Mul', [square, input], {}, named(path, 'cube'));
  const small = builder.op(
    'Mul',
    [cube, builder.scalar(`${path}.cubic`, 0.044715)],
    {},
    named(path, 'small'),
  );
  const sum = builder.op('Add', [input, small], {}, named(path, 'sum'));
  const factor = builder.scalar(`${path}.factor`, Math.sqrt(2 / Math.PI));
  const scaled = builder.op('Mul', [sum, factor], {}, named(path, 'scaled'));
  const tanh = builder.op('Tanh', [scaled], {}, named(path, 'tanh'));
  return halfTimesOnePlus(builder, input, tanh, path);
}

/** x·sigmoid(1.702·x). */
function quickGelu(builder: GraphBuilder, input: string, path: string): string {
  const scaled = builder.op(
    'Mul',
    [input, builder.scalar(`${path}.slope`, 1.702)],
    {},
    named(path, 'scaled'),
  );
  const gate = builder.op('Sigmoid', [scaled], {}, named(path, 'sigmoid'));
  return builder.op('Mul', [input, gate], {}, { name: path });
}

/** clip(x + 3, 0, 6) / 6. */
function hardSigmoid(builder: GraphBuilder, input: string, path: string): string {
  return builder.op('HardSigmoid', [input], { alpha: float(1 / 6), beta: float(0.5) }, { name: path });
}

function halfTimesOnePlus(builder: GraphBuilder, input: string, value: string, path: string): string {
  const plusOne = builder.op('Add', [value, builder.scalar(`${path}.one`, 1)], {}, named(path, 'plus_one'));
  const product = builder.op('Mul', [input, plusOne], {}, named(path, 'product'));
  return builder.op('Mul', [product, builder.scalar(`${path}.half`, 0.5)], {}, { name: path });
}

function named(path: string, part: string): { name: string } {
  return { name: `${path}.${part}` };
}
