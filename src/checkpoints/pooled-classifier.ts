import type { GraphBuilder } from '../graph/graph-builder.ts';
import { addLinear } from './linear.ts';
import type { WeightSource } from './weight-source.ts';

/** Global average pooling and a linear classifier with bias under the path: features [N, C, H, W] → `logits` [N, classes]. */
export function addPooledClassifier(
  builder: GraphBuilder,
  weights: WeightSource,
  path: string,
  features: string,
): void {
  const pooled = builder.op('GlobalAveragePool', [features], {}, { name: 'pool' });
  const flat = builder.op('Flatten', [pooled], { axis: 1 }, { name: 'flat' });
  addLinear(builder, weights, { path, bias: true }, flat, 'logits');
}
