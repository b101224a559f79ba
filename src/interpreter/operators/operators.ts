import { activations } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { controlFlow } from './control-flow.ts';
import { convolutions } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { generations } from './generation.ts';
import { indexings } from './indexing.ts';
import { matrixProducts } from './matrix-product.ts';
import { normalisations } from './normalisation.ts';
import type { Operator } from './operator.ts';
import { orderings } from './ordering.ts';
import { paddings } from './padding.ts';
import { poolings } from './pooling.ts';
import { reductions } from './reduction.ts';
import { resizings } from './resize.ts';
import { shapes } from './shape.ts';
import { softmaxes } from './softmax.ts';

/** Every standard operator the oracle knows, by its ONNX name. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...arithmetic,
    ...elementwise,
    ...activations,
    ...matrixProducts,
    ...convolutions,
    ...poolings,
    ...normalisations,
    ...softmaxes,
    ...reductions,
    ...orderings,
    ...shapes,
    ...indexings,
    ...paddings,
    ...resizings,
    ...generations,
    ...controlFlow,
  }),
);

/** Operators outside the standard domain that mean the same as a standard one, with all their defaults. */
const equivalents: ReadonlyMap<string, string> = new Map([
  ['com.microsoft.Gelu', 'Gelu'],
  ['com.microsoft.SimplifiedLayerNormalization', 'SimplifiedLayerNormalization'],
]);

/** The meaning of an operator; `undefined` if the oracle does not know it. */
export function operatorFor(domain: string, opType: string): Operator | undefined {
  if (domain === '' || domain === 'ai.onnx') return operators.get(opType);
  const standard = equivalents.get(`${domain}.${opType}`);
  return standard === undefined ? undefined : operators.get(standard);
}
