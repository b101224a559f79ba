import { carryTrainingOperators } from '../../differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../differentiation/operators/training-operators.ts';
import { ConversionError } from '../../errors.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { cloneNode } from '../../graph/operation.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import type { TrainableNetwork } from '../../training/step/trainable-network.ts';
import { addLevels } from './levels.ts';
import { type NetworkBits, quantisedLayers } from './quantised-layers.ts';
import { weightForm } from './weight-form.ts';

/** A network whose weights and activations are rounded while it is trained. */
export interface TrainedForm extends TrainableNetwork {
  /** Start values of the parameters and of running statistics, by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Name of the constant with the largest activation of a ReLU. */
export function boundName({ name }: Pick<Node, 'name'>): string {
  return `${name}.bound`;
}

/** The smallest bound that training leaves. */
const smallestBound = 1e-3;

/**
 * The network to be trained of one with ReLUs and batch normalisations: weights become whole numbers, activations have few levels up to a
 * bound that is trained, and gradients pass straight through.
 *
 * @param network its ReLUs have their bounds as constants ({@link boundName}); it is not changed
 * @param slopePenalty weight of Σ|γ| over batch normalisations in the loss, which makes channels small that are of little use
 */
export function trainedForm(network: Model, bits: NetworkBits, slopePenalty: number): TrainedForm {
  const model = network.clone();
  const { graph } = model;
  const parameters: string[] = [];
  const binary = new Set<string>();
  for (const { operator, weight, axis, bits: own } of quantisedLayers(graph, bits)) {
    const { shape } = lookUp(graph.initializers, weight, 'weight');
    const build = new GraphBuilder(graph, `${weight}.few.`, { behind: 'nothing' });
    const rounded = weightForm(own).train(build, weight, { shape, axis, opset: model.opset });
    graph.setInput(operator, 1, rounded);
    const bias = operator.inputs[2];
    parameters.push(weight, ...(bias && graph.initializers.has(bias) ? [bias] : []));
    if (own === 1) binary.add(weight);
  }
  const norms = graph.nodes.filter(({ opType }) => opType === 'BatchNormalization');
  for (const { inputs } of norms) parameters.push(...inputs.slice(1, 3));
  const bounds = new Set<string>();
  for (const relu of graph.nodes.filter(({ opType }) => opType === 'Relu')) {
    const bound = boundName(relu);
    bounds.add(bound);
    replaceRelu(graph, relu, bound, 2 ** bits.activations - 1);
  }
  const penalty = slopePenalty > 0 ? addPenalty(graph, norms, slopePenalty) : undefined;
  carryTrainingOperators(model, trainingOperators);
  const tensors = new Map([...network.graph.initializers].filter(([name]) => graph.initializers.has(name)));
  return {
    model,
    parameters: [...parameters, ...bounds],
    tensors,
    decays: (name, shape) => shape.length > 1 && !binary.has(name),
    rangeOf: (name) => {
      if (binary.has(name)) return { smallest: -1, largest: 1 };
      return bounds.has(name) ? { smallest: smallestBound } : undefined;
    },
    penalty,
  };
}

function replaceRelu(graph: Graph, relu: Node, bound: string, levels: number): void {
  if (!graph.initializers.has(bound)) {
    throw new ConversionError({
      where: `quantise: ReLU '${relu.name}'`,
      expected: `its largest activation as a constant '${bound}'`,
      got: 'none',
      remedy: 'Calibrate the network first',
    });
  }
  const body = new Graph(relu.name);
  const value = addLevels(new GraphBuilder(body, `${relu.name}.`), relu.inputs[0] ?? '', bound, levels);
  for (const [name, tensor] of body.initializers) graph.setInitializer(name, tensor);
  for (const last of body.nodes) {
    if (last.outputs[0] === value) body.update(last, { outputs: [relu.outputs[0] ?? ''] });
  }
  graph.replaceNode(relu, ...body.nodes.map(cloneNode));
}

/** weight · Σ|γ|, float32 []. */
function addPenalty(graph: Graph, norms: readonly Node[], weight: number): string {
  const build = new GraphBuilder(graph, 'slopes.');
  const sums = norms.map(({ inputs }) =>
    build.op('ReduceSum', [build.op('Abs', [inputs[1] ?? ''])], { keepdims: 0 }),
  );
  const total = build.op('Sum', sums);
  return build.op('Mul', [total, build.constant('weight', Tensor.float32([], [weight]))]);
}
