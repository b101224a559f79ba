import { stopGradient } from '../../differentiation/operators/straight-through.ts';
import {
  addTrainingOperator,
  carryTrainingOperators,
} from '../../differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../differentiation/operators/training-operators.ts';
import type { LearnedRange } from '../../dynamics/learning.ts';
import { definePass } from '../../graph/define-pass.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { foldCorrections } from '../../spiking/fold-corrections.ts';
import { type Site, sitesOf } from '../../spiking/neuron-node.ts';
import type { TrainableNetwork } from '../../training/step/trainable-network.ts';
import type { Trained } from '../methods/define-fine-tuning.ts';
import { learningOf } from './unroll-neurons.ts';
import { scopeOfSite, type UnrolledModel, type UnrollOptions, unrollSpiking } from './unroll-spiking.ts';
import { weightNames } from './weight-names.ts';

/** A spiking model that is trained with its neurons in place. */
export interface TrainableSpiking extends TrainableNetwork {
  readonly unrolled: UnrolledModel;
  /** Start values of what is trained, by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The spiking model with trained values; those that are tied follow. */
  withValues(values: ReadonlyMap<string, Tensor>): Model;
}

/** How the training form of a spiking model is made. */
export interface TrainableOptions extends UnrollOptions {
  /**
   * Weight of a penalty on spikes: the mean of |s|/θ over the neurons of a site and the steps, θ their threshold for positive spikes as it
   * is, mean over the sites. Default 0
   */
  readonly spikePenalty?: number | undefined;
  /** Whether the backward part computes the neurons again, site by site, instead of their steps being kept. Default false */
  readonly recompute?: boolean | undefined;
}

/** Makes the training form of a spiking model: which constants are trained, and where they are kept. */
export function trainableSpiking(
  spiking: Model,
  trains: readonly Trained[],
  options: TrainableOptions,
): TrainableSpiking {
  const base = withoutCorrections(spiking);
  const unrolled = unrollSpiking(base, { ...options, tie: !trains.includes('amplitude') });
  const { initializers } = unrolled.model.graph;
  const own = neuronParameters(base);
  const tied = new Set(unrolled.tied.map(({ name }) => name));
  const weights = new Set(trains.includes('weights') ? weightNames(base) : []);
  const parameters = [...initializers.keys()].filter((name) => {
    const parameter = own.get(name);
    if (!parameter) return weights.has(name);
    return !tied.has(name) && trains.some((each) => each === parameter.kind);
  });
  return {
    model: unrolled.model,
    unrolled,
    parameters,
    decays: (name, shape) => shape.length > 1 && !own.has(name),
    rangeOf: (name) => own.get(name)?.range,
    penalty: options.spikePenalty ? appendPenalty(unrolled, sitesOf(base), options.spikePenalty) : undefined,
    recomputed: options.recompute ? [...unrolled.sites.keys()].map(scopeOfSite) : undefined,
    tensors: new Map(parameters.map((name) => [name, lookUp(initializers, name, 'constant')])),
    withValues: (values) => takeValues(base, values, unrolled, own),
  };
}

/** Appends the penalty on spikes. @returns its name */
function appendPenalty({ model, sites }: UnrolledModel, placed: readonly Site[], weight: number): string {
  const build = new GraphBuilder(model.graph, 'penalty.');
  const means = placed.map(({ name, neuron, parameterValues }) => {
    const { spikes } = lookUp(sites, name, 'site');
    const threshold = neuron.thresholds && parameterValues[neuron.thresholds.positive];
    const sizes = build.op('Abs', [build.op('Concat', [...spikes], { axis: 0 })]);
    // A threshold that grew would pay without saving a spike.
    const fixed = threshold && addTrainingOperator(build, stopGradient, [threshold]);
    return build.op('ReduceMean', [fixed ? build.op('Div', [sizes, fixed]) : sizes], { keepdims: 0 });
  });
  const sum = means.reduce((a, b) => build.op('Add', [a, b]));
  const share = build.scalar('weight', weight / means.length);
  const penalty = build.op('Mul', [sum, share], {}, { name: 'spikes' });
  carryTrainingOperators(model, trainingOperators);
  return penalty;
}

const withoutCorrections = definePass({
  name: 'without-corrections',
  summary: 'Corrections become part of the biases beside them, in a copy.',
  rewrites: 'copy',
  apply(spiking: Model): Model {
    const copy = spiking.clone();
    foldCorrections(copy);
    return copy;
  },
});

interface NeuronParameter {
  readonly kind: string;
  readonly range: LearnedRange;
}

/** The parameters of neurons that can be trained, by the name of their constant. */
function neuronParameters(spiking: Model): ReadonlyMap<string, NeuronParameter> {
  const found = new Map<string, NeuronParameter>();
  for (const site of sitesOf(spiking)) {
    const { ranges } = learningOf(site);
    for (const [parameter, name] of Object.entries(site.parameterValues)) {
      const range = ranges[parameter] ?? { smallest: Number.NEGATIVE_INFINITY };
      // Thresholds of two signs are trained together.
      const kind = parameter in ranges ? parameter.replace(/^threshold.*/, 'threshold') : 'fixed';
      found.set(name, { kind, range });
    }
  }
  return found;
}

const takeValues = definePass({
  name: 'take-values',
  summary: 'Trained values take the place of those before.',
  rewrites: 'copy',
  apply(
    base: Model,
    values: ReadonlyMap<string, Tensor>,
    { tied }: UnrolledModel,
    own: ReadonlyMap<string, NeuronParameter>,
  ): Model {
    const model = base.clone();
    const put = (name: string, tensor: Tensor) =>
      model.graph.setInitializer(
        name,
        own.has(name) ? Tensor.float64(tensor.shape, tensor.toNumbers()) : tensor,
      );
    for (const [name, tensor] of values) put(name, tensor);
    for (const { name, of, ratio } of tied) {
      const leader = values.get(of);
      if (leader) put(name, product(leader, ratio));
    }
    return model;
  },
});

/** a·b, element by element; a scalar serves all elements of the other. */
function product(a: Tensor, b: Tensor): Tensor {
  const [left, right] = [a.toNumbers(), b.toNumbers()];
  const { shape, size } = a.size >= b.size ? a : b;
  const at = (values: ArrayLike<number>, i: number) => values[values.length === 1 ? 0 : i] ?? 0;
  // As the training form multiplies: in float32.
  return Tensor.float32(
    shape,
    Float32Array.from({ length: size }, (_, i) => at(left, i) * at(right, i)),
  );
}
