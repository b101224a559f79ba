import { addClassifiers } from './classifiers.ts';
import type { NetworkBuilder } from './network-builder.ts';

/**
 * Global average pooling and a linear classifier with bias under the path: features [N, C, H, W] → `logits` [N, classes].
 *
 * @param path `undefined`: no classifier, the pooled features are the output
 * @param size numbers of channels and of classes
 */
export function addPooledClassifier(
  net: NetworkBuilder,
  path: string | undefined,
  size: readonly [number, number],
  features: string,
): void {
  const pooled = net.op('GlobalAveragePool', [features], {}, { name: 'pool' });
  const flat = net.op('Flatten', [pooled], { axis: 1 }, { name: 'flat' });
  addClassifiers(net, path === undefined ? [] : [{ path, bias: true }], size, () => flat);
}
