import {
  batchNormalisationTraining,
  batchNormEpsilon,
} from '../../differentiation/operators/batch-normalisation-training.ts';
import { trainingDomain } from '../../differentiation/operators/training-domain.ts';
import { carryTrainingOperators } from '../../differentiation/operators/training-operator.ts';
import { GraphError } from '../../errors.ts';
import { definePass } from '../../graph/define-pass.ts';
import type { Model } from '../../graph/model.ts';
import { describeNode, floatAttribute, node } from '../../graph/node.ts';

/** A running statistic and the value of the batch that it follows. */
export interface RunningStatistic {
  /** Name of the constant, [channels]. */
  readonly name: string;
  /** Name of the value in the training graph, [channels]. */
  readonly batch: string;
  readonly kind: 'mean' | 'variance';
  /** Name of the normalised value, whose shape says how many elements a channel has. */
  readonly input: string;
}

/**
 * Makes the batch normalisations of a graph use the statistics of the batch, as training does.
 *
 * @returns the running statistics that have to follow, in the order of the graph
 * @throws GraphError if an epsilon differs from 1e-5, or mean and variance are not constants
 */
export const useBatchStatistics = definePass({
  name: 'batch-statistics',
  summary: 'Batch normalisations use the statistics of the batch.',
  rewrites: 'input',
  apply(model: Model): RunningStatistic[] {
    const { graph } = model;
    const statistics: RunningStatistic[] = [];
    for (const each of graph.nodes.filter(({ opType }) => opType === 'BatchNormalization')) {
      const [input, scale, bias, mean, variance] = each.inputs as [string, string, string, string, string];
      const epsilon = floatAttribute(each, 'epsilon', 1e-5);
      if (
        Math.abs(epsilon / batchNormEpsilon - 1) > 1e-3 ||
        !graph.initializers.has(mean) ||
        !graph.initializers.has(variance)
      ) {
        throw new GraphError({
          where: `train: ${describeNode(each)}`,
          expected: `constant running statistics and epsilon = ${batchNormEpsilon}`,
          got: `epsilon = ${epsilon}, statistics '${mean}' and '${variance}'`,
          remedy: 'Build the network with the default epsilon, and train it before any folding',
        });
      }
      const output = each.outputs[0]!;
      const outputs = [output, `${output}.batch_mean`, `${output}.batch_variance`, `${output}.centred`];
      graph.replaceNode(
        each,
        node(
          batchNormalisationTraining.name,
          [input, scale, bias],
          outputs,
          {},
          { name: each.name, domain: trainingDomain },
        ),
      );
      statistics.push({ name: mean, batch: outputs[1]!, kind: 'mean', input });
      statistics.push({ name: variance, batch: outputs[2]!, kind: 'variance', input });
    }
    carryTrainingOperators(model, [batchNormalisationTraining]);
    return statistics;
  },
});
