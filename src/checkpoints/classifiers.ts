import { addLinear, type Linear } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** Name of a network's output. */
export const outputName = 'logits';

/**
 * Appends the classifiers of a network and names their output `logits`: that of the only one, the mean of several, or the
 * features themselves where there is none.
 *
 * @param size numbers of features and of classes
 * @param featuresFor float32 [..., features] that the i-th classifier reads
 */
export function addClassifiers(
  net: NetworkBuilder,
  classifiers: readonly Linear[],
  size: readonly [number, number],
  featuresFor: (position: number) => string,
): void {
  const [only, ...more] = classifiers;
  if (!only) {
    net.op('Identity', [featuresFor(0)], {}, { name: outputName });
    return;
  }
  if (more.length === 0) {
    addLinear(net, only, size, featuresFor(0), outputName);
    return;
  }
  const logits = classifiers.map((linear, position) => addLinear(net, linear, size, featuresFor(position)));
  const sum = logits.reduce((a, b) => net.op('Add', [a, b], {}, { name: `${outputName}.sum` }));
  const share = net.scalar(`${outputName}.share`, 1 / logits.length);
  net.op('Mul', [sum, share], {}, { name: outputName });
}
