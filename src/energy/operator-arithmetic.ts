import type { Node } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';

/** Additions (comparisons included) and multiplications. */
export interface Arithmetic {
  readonly additions: number;
  readonly multiplications: number;
}

/** What one element of an operator costs. */
export interface ElementArithmetic extends Arithmetic {
  /** Elements that are counted: those of the output, or of the first input. */
  readonly per: 'output' | 'input';
  /** Whether f(x + y) = f(x) + f(y), so that the operator can pass increments on without a memory. */
  readonly linear: boolean;
}

function sum(...parts: readonly Arithmetic[]): Arithmetic {
  return {
    additions: parts.reduce((all, { additions }) => all + additions, 0),
    multiplications: parts.reduce((all, { multiplications }) => all + multiplications, 0),
  };
}

const addition: Arithmetic = { additions: 1, multiplications: 0 };
const multiplication: Arithmetic = { additions: 0, multiplications: 1 };

/** Reciprocal by two Newton steps r ← r·(2 − a·r) from a table, then a product. */
const division: Arithmetic = { additions: 2, multiplications: 5 };

/** Inverse root by two Newton steps y ← y·(3/2 − (a/2)·y²) from a table, then a product. */
const squareRoot: Arithmetic = { additions: 2, multiplications: 8 };

/** Reduction to [0, ln 2), a polynomial of degree 5, and an addition to the exponent. Logarithms likewise. */
const exponential: Arithmetic = { additions: 7, multiplications: 6 };

/** Abramowitz and Stegun, 1964, formula 7.1.26: a rational argument, a polynomial of degree 5, an exponential. */
const errorFunction = sum(division, exponential, { additions: 6, multiplications: 8 });

const sigmoid = sum(exponential, addition, division);

/** One element of the output, in the way of the operator's usual formula. */
const nonLinear: Readonly<Record<string, Arithmetic>> = {
  Abs: addition,
  Relu: addition,
  LeakyRelu: sum(addition, multiplication),
  PRelu: sum(addition, multiplication),
  Clip: sum(addition, addition),
  Max: addition,
  Min: addition,
  Floor: addition,
  Ceil: addition,
  Round: addition,
  Sign: addition,
  Pow: multiplication,
  Sqrt: squareRoot,
  Reciprocal: division,
  Exp: exponential,
  Log: exponential,
  Erf: errorFunction,
  Gelu: sum(errorFunction, addition, multiplication, multiplication, multiplication),
  Sigmoid: sigmoid,
  HardSigmoid: sum(addition, addition, addition, multiplication),
  HardSwish: sum(addition, addition, addition, multiplication, multiplication),
  Tanh: sum(sigmoid, addition, multiplication),
  Softplus: sum(exponential, exponential, addition),
  Elu: sum(exponential, addition, addition),
  Selu: sum(exponential, addition, addition, multiplication),
  Mish: sum(exponential, exponential, sigmoid, multiplication),
  // Largest, difference, exponential, sum, product with the inverse of the sum.
  Softmax: sum(addition, addition, exponential, addition, multiplication),
  LogSoftmax: sum(addition, addition, exponential, addition, addition),
  // Mean, difference, square, its mean, product with the inverse root, scale, shift.
  LayerNormalization: { additions: 4, multiplications: 3 },
  GroupNormalization: { additions: 4, multiplications: 3 },
  InstanceNormalization: { additions: 4, multiplications: 3 },
  RMSNormalization: { additions: 1, multiplications: 3 },
};

/** One element of the first input. */
const reductions: Readonly<Record<string, Arithmetic & { readonly linear: boolean }>> = {
  ReduceMean: { ...addition, linear: true },
  ReduceSum: { ...addition, linear: true },
  GlobalAveragePool: { ...addition, linear: true },
  ReduceMax: { ...addition, linear: false },
  ReduceMin: { ...addition, linear: false },
  GlobalMaxPool: { ...addition, linear: false },
  ReduceL2: { ...sum(addition, multiplication), linear: false },
  ReduceSumSquare: { ...sum(addition, multiplication), linear: false },
};

const linear: Readonly<Record<string, Arithmetic>> = {
  Add: addition,
  Sub: addition,
  Sum: addition,
  Neg: { additions: 0, multiplications: 0 },
  BatchNormalization: sum(addition, multiplication),
};

/** Operators that only move numbers, or work on shapes and conditions. */
const movements = new Set(
  `Cast CastLike Concat Constant ConstantOfShape DepthToSpace Dropout Equal Expand Flatten Gather GatherElements GatherND
  Greater GreaterOrEqual Identity Less LessOrEqual And Or Not NonZero OneHot Pad Range Reshape Resize Shape Size Slice
  SpaceToDepth Split Squeeze Tile Transpose Trilu Unsqueeze Upsample Where`.split(/\s+/),
);

/**
 * What one element of an operator that is not synaptic costs; `undefined` for an operator whose cost is not known.
 *
 * @param isConstant whether a value is the same for all images
 */
export function operatorArithmetic(
  of: Node,
  isConstant: (value: string) => boolean,
): ElementArithmetic | undefined {
  const { opType } = of;
  const [a = true, b = true] = of.inputs.slice(0, 2).map(isConstant);
  if (movements.has(opType)) return { additions: 0, multiplications: 0, per: 'output', linear: true };
  if (opType === 'Mul') return { ...multiplication, per: 'output', linear: a || b };
  // Division by a constant is a product with its reciprocal.
  if (opType === 'Div') return { ...(b ? multiplication : division), per: 'output', linear: b };
  const window = of.attributes.get('kernel_shape');
  if (window?.kind === 'ints' && (opType === 'MaxPool' || opType === 'AveragePool')) {
    const additions = sizeOf(window.value) - 1;
    const mean = opType === 'AveragePool';
    return { additions, multiplications: Number(mean), per: 'output', linear: mean };
  }
  if (Object.hasOwn(linear, opType)) return { ...linear[opType]!, per: 'output', linear: true };
  if (Object.hasOwn(reductions, opType)) return { ...reductions[opType]!, per: 'input' };
  if (Object.hasOwn(nonLinear, opType)) return { ...nonLinear[opType]!, per: 'output', linear: false };
  return undefined;
}
