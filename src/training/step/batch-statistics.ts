import { inferTypes } from '../../differentiation/infer-types.ts';
import {
  batchNormalisationTraining,
  batchNormEpsilon,
} from '../../differentiation/operators/batch-normalisation-training.ts';
import { trainingDomain } from '../../differentiation/operators/training-domain.ts';
import { carryTrainingOperators } from '../../differentiation/operators/training-operator.ts';
import { GraphError } from '../../errors.ts';
import { definePass } from '../../graph/define-pass.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { describeNode, floatAttribute, type Node, node } from '../../graph/node.ts';
import { cloneNode } from '../../graph/operation.ts';

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
 * @throws GraphError if mean and variance are not constants
 */
export const useBatchStatistics = definePass({
  name: 'batch-statistics',
  summary: 'Batch normalisations use the statistics of the batch.',
  rewrites: 'input',
  async apply(model: Model): Promise<RunningStatistic[]> {
    const { graph } = model;
    const found = graph.nodes.filter(({ opType }) => opType === 'BatchNormalization');
    const types = found.length === 0 ? undefined : await inferTypes(model);
    const statistics = found.flatMap((each) => {
      const [input = '', , , mean = '', variance = ''] = each.inputs;
      if (!graph.initializers.has(mean) || !graph.initializers.has(variance)) throw notConstant(each);
      const rank = types?.get(input)?.shape.length;
      const epsilon = floatAttribute(each, 'epsilon', batchNormEpsilon);
      const usual = rank === 4 && Math.abs(epsilon / batchNormEpsilon - 1) < 1e-3;
      // One operator is faster than its parts; it serves pictures and PyTorch's epsilon alone.
      const batch = usual ? replaceByOne(graph, each) : replaceByParts(model, each, epsilon);
      return [
        { name: mean, batch: batch.mean, kind: 'mean' as const, input },
        { name: variance, batch: batch.variance, kind: 'variance' as const, input },
      ];
    });
    carryTrainingOperators(model, [batchNormalisationTraining]);
    return statistics;
  },
});

/** Names of mean and variance of the batch, [channels]. */
type BatchValues = Readonly<Record<RunningStatistic['kind'], string>>;

function replaceByOne(graph: Graph, each: Node): BatchValues {
  const output = each.outputs[0]!;
  const outputs = [output, `${output}.batch_mean`, `${output}.batch_variance`, `${output}.centred`] as const;
  const { name } = batchNormalisationTraining;
  const made = node(name, each.inputs.slice(0, 3), outputs, {}, { name: each.name, domain: trainingDomain });
  graph.replaceNode(each, made);
  return { mean: outputs[1], variance: outputs[2] };
}

/** First opset whose ReduceMean takes its axes as an input. */
const axesAsInput = 18;

/** x [N, C, …] as [N, C, n]: centred by its mean over N and n, divided by √(variance + ε), times scale, plus bias. */
function replaceByParts({ graph, opset }: Model, each: Node, epsilon: number): BatchValues {
  const [input, scale, bias] = each.inputs as [string, string, string];
  const part = new Graph('normalisation');
  const build = new GraphBuilder(part, `${each.outputs[0]}.`);
  const perChannel = build.integers('channels', [1, -1, 1]);
  const mean = (value: string) =>
    opset < axesAsInput
      ? build.op('ReduceMean', [value], { axes: [0, 2], keepdims: 1 })
      : build.op('ReduceMean', [value, build.integers('others', [0, 2])], { keepdims: 1 });
  const channels = (value: string) => build.op('Reshape', [value, perChannel]);
  const flat = (value: string) => build.op('Reshape', [value, build.integers('flat', [-1])]);
  const x = build.op('Reshape', [input, build.integers('rows', [0, 0, -1])]);
  const middle = mean(x);
  const centred = build.op('Sub', [x, middle]);
  const variance = mean(build.op('Mul', [centred, centred]));
  const deviation = build.op('Sqrt', [build.op('Add', [variance, build.scalar('epsilon', epsilon)])]);
  const scaled = build.op('Mul', [build.op('Div', [centred, deviation]), channels(scale)]);
  const moved = build.op('Add', [scaled, channels(bias)]);
  const shape = build.op('Shape', [input]);
  build.add(node('Reshape', [moved, shape], each.outputs, {}, { name: each.name }));
  const made = { mean: flat(middle), variance: flat(variance) };
  for (const [name, tensor] of part.initializers) graph.setInitializer(name, tensor);
  graph.replaceNode(each, ...part.nodes.map(cloneNode));
  return made;
}

function notConstant(each: Node): GraphError {
  return new GraphError({
    where: `train: ${describeNode(each)}`,
    expected: 'constant running statistics',
    got: `'${each.inputs[3]}' and '${each.inputs[4]}'`,
    remedy: 'Train the network before any folding',
  });
}
