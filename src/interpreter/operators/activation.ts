import { erf } from '../../analysis/error-function.ts';
import { floatAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { mapElements } from '../nd-array.ts';
import { inputAt, operatorError, scalarInput } from './arguments.ts';
import type { Operator, OperatorFamily } from './operator.ts';

type Scalar = (x: number) => number;

/** An activation whose function depends on the node's attributes. */
function activation(make: (node: Node) => Scalar): Operator {
  return (inputs, node) => [mapElements(inputAt(inputs, 0, node), make(node))];
}

/** The logistic function. */
function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** ln(1 + e^x) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function hardSigmoid(alpha: number, beta: number): Scalar {
  return (x) => Math.max(0, Math.min(1, alpha * x + beta));
}

/** x·Φ(x), with the exact distribution function of the normal distribution. */
function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x * Math.SQRT1_2));
}

const rootTwoOverPi = 0.7978845608028654;

/** The tanh form of x·Φ(x). */
function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(rootTwoOverPi * (x + 0.044715 * x * x * x)));
}

function geluOf(node: Node): Scalar {
  const approximate = stringAttribute(node, 'approximate', 'none');
  if (approximate === 'none') return gelu;
  if (approximate === 'tanh') return geluTanh;
  throw operatorError(node, "approximate = 'none' or 'tanh'", `'${approximate}'`);
}

function swishOf(node: Node): Scalar {
  const alpha = floatAttribute(node, 'alpha', 1);
  return (x) => x * sigmoid(alpha * x);
}

/** x where x is above the limit, otherwise the other function of x. */
function above(limit: number, otherwise: Scalar): Scalar {
  return (x) => (x > limit || Number.isNaN(x) ? x : otherwise(x));
}

function seluOf(node: Node): Scalar {
  const alpha = floatAttribute(node, 'alpha', 1.6732632423543772);
  const gamma = floatAttribute(node, 'gamma', 1.0507009873554805);
  const bent = above(0, (x) => alpha * Math.expm1(x));
  return (x) => gamma * bent(x);
}

/** Limits are attributes up to operator set 10, inputs from 11. */
const clip: Operator = (inputs, node) => {
  const low = scalarInput(inputs, 1, node, floatAttribute(node, 'min', Number.NEGATIVE_INFINITY));
  const high = scalarInput(inputs, 2, node, floatAttribute(node, 'max', Number.POSITIVE_INFINITY));
  return [mapElements(inputAt(inputs, 0, node), (x) => Math.min(Math.max(x, low), high))];
};

/** Activation functions, each of one array. */
export const activations: OperatorFamily = {
  Relu: activation(() => above(0, () => 0)),
  LeakyRelu: activation((node) => {
    const alpha = floatAttribute(node, 'alpha', 0.01);
    return above(0, (x) => alpha * x);
  }),
  Elu: activation((node) => {
    const alpha = floatAttribute(node, 'alpha', 1);
    return above(0, (x) => alpha * Math.expm1(x));
  }),
  Celu: activation((node) => {
    const alpha = floatAttribute(node, 'alpha', 1);
    return above(0, (x) => alpha * Math.expm1(x / alpha));
  }),
  Selu: activation(seluOf),
  ThresholdedRelu: activation((node) => above(floatAttribute(node, 'alpha', 1), () => 0)),
  Gelu: activation(geluOf),
  Silu: activation(swishOf),
  Swish: activation(swishOf),
  Mish: activation(() => (x) => x * Math.tanh(softplus(x))),
  Softplus: activation(() => softplus),
  Softsign: activation(() => (x) => x / (1 + Math.abs(x))),
  Sigmoid: activation(() => sigmoid),
  HardSigmoid: activation((node) =>
    hardSigmoid(floatAttribute(node, 'alpha', 0.2), floatAttribute(node, 'beta', 0.5)),
  ),
  HardSwish: activation(() => {
    const gate = hardSigmoid(1 / 6, 0.5);
    return (x) => x * gate(x);
  }),
  Tanh: activation(() => Math.tanh),
  Clip: clip,
};
