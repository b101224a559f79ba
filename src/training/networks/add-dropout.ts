import { definePass } from '../../graph/define-pass.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { mustExist } from '../../look-up.ts';

/** Shares of the values that are dropped behind the ReLUs of a network while it is trained. */
export interface DropoutRates {
  /** Behind convolutions that no pooling follows. */
  readonly convolutions: number;
  /** Behind hidden linear layers. */
  readonly linear: number;
}

const poolings = new Set(['AveragePool', 'MaxPool']);

/** Puts Dropout behind the ReLUs of a plain network, except where pooling follows. */
export const addDropout = definePass({
  name: 'add-dropout',
  summary: 'Dropout stands behind ReLUs that no pooling follows.',
  rewrites: 'input',
  apply({ graph }: Model, { convolutions, linear }: DropoutRates): void {
    for (const each of graph.nodes.filter(({ opType }) => opType === 'Relu')) {
      const [value = ''] = each.outputs;
      const rate = each.name.startsWith('features.') ? convolutions : linear;
      const readers = graph.consumersOf(value);
      if (rate === 0 || readers.some(({ opType }) => poolings.has(opType))) continue;
      const build = GraphBuilder.behind(graph, value, `${value}.`);
      const kept = build.op('Dropout', [value, build.scalar('rate', rate)], {}, { name: 'dropout' });
      graph.redirectConsumers(value, kept, new Set([mustExist(graph.producerOf(kept), 'Dropout')]));
    }
  },
});
