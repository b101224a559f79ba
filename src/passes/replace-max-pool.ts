import { definePass } from '../graph/define-pass.ts';

/** Attributes that both kinds of pooling have. */
const common = ['kernel_shape', 'strides', 'pads', 'auto_pad', 'ceil_mode'];

/**
 * Replaces max-pooling by average-pooling of the same windows (padding is not counted), for hardware without a maximum.
 *
 * This is no clean-up: it changes what the network computes, and usually costs accuracy unless the network is
 * fine-tuned afterwards. No method runs it by itself. Without it nothing has to be done for max-pooling: an operator that
 * is not synaptic is evaluated on running means, and the maximum of the running means is exact at every step. Average
 * pooling and global average pooling are linear and need nothing either.
 *
 * A max-pooling whose indices are read, or with dilations, is left alone.
 */
export const replaceMaxPool = definePass({
  name: 'replace-max-pool',
  summary: 'MaxPool becomes AveragePool: changes what the network computes; fine-tune it afterwards.',
  rewrites: 'input',
  apply({ graph }) {
    let changes = 0;
    for (const each of graph.nodes.filter(({ opType, domain }) => opType === 'MaxPool' && domain === '')) {
      const dilations = each.attributes.get('dilations');
      const dilated = dilations?.kind === 'ints' && dilations.value.some((value) => value !== 1);
      if (dilated || each.outputs.slice(1).some(Boolean)) continue;
      const attributes = new Map(
        common.flatMap((key) => {
          const value = each.attributes.get(key);
          return value ? [[key, value] as const] : [];
        }),
      );
      graph.update(each, { opType: 'AveragePool', outputs: [each.outputs[0]!], attributes });
      changes++;
    }
    return changes;
  },
});
