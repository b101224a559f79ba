import { logitsOf } from '../analysis/logits-of.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { withExactConstants } from '../interpreter/exact-constants.ts';
import { inputArrays } from './oracle-engine.ts';

/** Evaluates a network that does not spike in float64. @returns its logits */
export function evaluateSource(model: Model, batch: InputBatch): FloatTensor {
  const values = evaluateModel(withExactConstants(model), inputArrays(model, batch));
  return values.get(logitsOf(model).name)!;
}
