import { blockedDomain } from '../../graph/blocked-layout.ts';
import type { Node } from '../../graph/node.ts';
import type { GradientRule, GradientRules } from '../gradient-rule.ts';
import { trainingDomain } from '../operators/training-domain.ts';
import { trainingOperators } from '../operators/training-operators.ts';
import { binaryRules } from './binary-rules.ts';
import { blockedRules } from './blocked-rules.ts';
import { convolutionRules } from './convolution-rules.ts';
import { indexingRules } from './indexing-rules.ts';
import { matrixRules } from './matrix-rules.ts';
import { normalisationRules } from './normalisation-rules.ts';
import { poolingRules } from './pooling-rules.ts';
import { reductionRules } from './reduction-rules.ts';
import { shapeRules } from './shape-rules.ts';
import { unaryRules } from './unary-rules.ts';

/** The gradient rules of standard operators, by name. */
export const gradientRules = {
  ...unaryRules,
  ...binaryRules,
  ...matrixRules,
  ...convolutionRules,
  ...poolingRules,
  ...normalisationRules,
  ...shapeRules,
  ...indexingRules,
  ...reductionRules,
} satisfies GradientRules;

/** Operators that have to be trainable; one without a rule does not compile. */
type Required =
  | 'MatMul'
  | 'Gemm'
  | 'Conv'
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Relu'
  | 'Gelu'
  | 'Erf'
  | 'Tanh'
  | 'Sigmoid'
  | 'Exp'
  | 'Log'
  | 'Sqrt'
  | 'Pow'
  | 'Softmax'
  | 'LayerNormalization'
  | 'BatchNormalization'
  | 'AveragePool'
  | 'MaxPool'
  | 'GlobalAveragePool'
  | 'Reshape'
  | 'Transpose'
  | 'Concat'
  | 'Slice'
  | 'Gather'
  | 'ReduceMean'
  | 'ReduceSum'
  | 'Clip'
  | 'Where'
  | 'Identity';

const complete: Readonly<Record<Required, GradientRule>> = gradientRules;

const standard: ReadonlyMap<string, GradientRule | 'zero'> = new Map(
  Object.entries({ ...gradientRules, ...complete }),
);
const blocked: ReadonlyMap<string, GradientRule | 'zero'> = new Map(Object.entries(blockedRules));
const training = new Map(trainingOperators.map(({ name, gradient }) => [name, gradient]));

/** The rule of a node; `undefined` if there is none. */
export function gradientRuleFor({ domain, opType }: Node): GradientRule | 'zero' | undefined {
  if (domain === trainingDomain) return training.get(opType);
  if (domain === blockedDomain) return blocked.get(opType);
  const isStandard =
    domain === '' || domain === 'ai.onnx' || (domain === 'com.microsoft' && opType === 'Gelu');
  return isStandard ? standard.get(opType) : undefined;
}
