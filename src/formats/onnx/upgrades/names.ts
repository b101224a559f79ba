import { GraphError } from '../../../errors.ts';
import { describeNode, intAttribute } from '../../../graph/node.ts';
import { attributesWithout, defineUpgrade } from './define-upgrade.ts';

/** Opset 11 gave Scatter the name ScatterElements. */
export const scatter = defineUpgrade({ since: 11, change: () => ({ opType: 'ScatterElements' }) });

/** Opset 9 left normalisation by element to others: BatchNormalization works by channel. */
export const batchNormalization = defineUpgrade({
  since: 9,
  change(of) {
    if (intAttribute(of, 'spatial', 1) === 1) return { attributes: attributesWithout(of, 'spatial') };
    throw new GraphError({
      where: describeNode(of),
      expected: 'normalisation of channels (spatial = 1)',
      got: 'one of single elements (spatial = 0), which newer operator sets do not have',
      remedy: 'Write it as Mul and Add',
    });
  },
});
