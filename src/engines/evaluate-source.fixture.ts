import { logitsOf } from '../analysis/logits-of.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { withExactConstants } from '../interpreter/exact-constants.ts';
import { ndArray } from '../interpreter/nd-array.ts';

/** Evaluates a network that does not spike in float64. @returns its logits */
export function evaluateSource(model: Model, { shape, data }: FloatTensor): FloatTensor {
  const input = ndArray([...shape], Float64Array.from(data));
  const values = evaluateModel(withExactConstants(model), new Map([[model.graph.inputs[0]!.name, input]]));
  return values.get(logitsOf(model).name)!;
}
