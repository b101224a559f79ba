import {
  type AnyOptimiser,
  activationSites,
  float,
  foldBatchNorm,
  Graph,
  GraphBuilder,
  leakyIntegrateAndFire,
  Model,
  networks,
  neuronSpec,
  optimisers,
  Random,
  sizeOf,
  Tensor,
  type TrainableNetwork,
  toSpikingForm,
  trainableSpiking,
} from '#internals';

/** Sizes that torch_steps.py has as well. */
export const sizes = {
  resnet20: { batch: 128, classes: 10, side: 32 },
  spiking: { batch: 16, steps: 4 },
  cnn: { batch: 64, classes: 10 },
  block: { batch: 16, tokens: 64, dim: 128, heads: 4, classes: 10 },
};

/** A network to train, its data's sizes, and how it is trained. */
export interface Workload {
  readonly network: TrainableNetwork;
  /** Numbers of one input. */
  readonly sample: number;
  readonly batch: number;
  readonly classes: number;
  readonly optimiser: AnyOptimiser;
  readonly options: object;
}

class Network {
  readonly graph = new Graph('bench');
  readonly build = new GraphBuilder(this.graph);
  readonly #random = new Random(1);
  readonly #parameters: string[] = [];

  constructor(inputShape: readonly number[]) {
    this.graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', ...inputShape] });
  }

  weight(name: string, shape: readonly number[], deviation: number): string {
    const values = Float32Array.from({ length: sizeOf(shape) }, () => deviation * this.#random.normal());
    this.#parameters.push(this.build.constant(name, Tensor.float32(shape, values)));
    return name;
  }

  constant(name: string, shape: readonly number[], value: number): string {
    this.#parameters.push(
      this.build.constant(name, Tensor.float32(shape, new Float32Array(sizeOf(shape)).fill(value))),
    );
    return name;
  }

  conv(name: string, input: string, from: number, to: number): string {
    const inputs = [input, this.weight(`${name}.weight`, [to, from, 3, 3], Math.sqrt(2 / (9 * from)))];
    inputs.push(this.constant(`${name}.bias`, [to], 0));
    return this.build.op('Conv', inputs, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  }

  pool(input: string): string {
    return this.build.op('MaxPool', [input], { kernel_shape: [2, 2], strides: [2, 2] });
  }

  linear(name: string, input: string, from: number, to: number): string {
    const weight = this.weight(`${name}.weight`, [from, to], 1 / Math.sqrt(from));
    const product = this.build.op('MatMul', [input, weight]);
    return this.build.op('Add', [product, this.constant(`${name}.bias`, [to], 0)]);
  }

  norm(name: string, input: string, width: number): string {
    const inputs = [
      input,
      this.constant(`${name}.weight`, [width], 1),
      this.constant(`${name}.bias`, [width], 0),
    ];
    return this.build.op('LayerNormalization', inputs, { axis: -1, epsilon: float(1e-6) });
  }

  finish(output: string, classes: number): TrainableNetwork {
    this.build.op('Identity', [output], {}, { name: 'logits' });
    this.graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', classes] });
    return { model: new Model(this.graph, 20), parameters: this.#parameters };
  }
}

/** Two convolutions with pooling and a linear layer on 28×28 pictures; SGD with momentum. */
export function cnn(): Workload {
  const { batch, classes } = sizes.cnn;
  const network = new Network([1, 28, 28]);
  const { build } = network;
  const first = network.pool(build.op('Relu', [network.conv('conv1', 'x', 1, 16)]));
  const second = network.pool(build.op('Relu', [network.conv('conv2', first, 16, 32)]));
  const flat = build.op('Flatten', [second], { axis: 1 });
  const made = network.finish(network.linear('fc', flat, 32 * 49, classes), classes);
  return {
    network: made,
    sample: 784,
    batch,
    classes,
    optimiser: optimisers.sgd,
    options: { momentum: 0.9 },
  };
}

/** One pre-norm Transformer block on random tokens, mean pooling and a linear layer; AdamW. */
export function block(): Workload {
  const { batch, tokens, dim, heads, classes } = sizes.block;
  const network = new Network([tokens, dim]);
  const { build } = network;
  const qkv = network.linear('qkv', network.norm('norm1', 'x', dim), dim, 3 * dim);
  const [queries = '', keys = '', values = ''] = build.ops(
    'Split',
    [qkv, build.integers('thirds', [dim, dim, dim])],
    3,
    { axis: 2 },
  );
  const split = build.integers('heads', [0, tokens, heads, dim / heads]);
  const head = (value: string, perm: readonly number[]) =>
    build.op('Transpose', [build.op('Reshape', [value, split])], { perm });
  const scores = build.op('MatMul', [head(queries, [0, 2, 1, 3]), head(keys, [0, 2, 3, 1])]);
  const scaled = build.op('Mul', [scores, build.scalar('scale', 1 / Math.sqrt(dim / heads))]);
  const mixed = build.op('MatMul', [build.op('Softmax', [scaled], { axis: -1 }), head(values, [0, 2, 1, 3])]);
  const swapped = build.op('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  const merged = build.op('Reshape', [swapped, build.integers('merged', [0, tokens, dim])]);
  const middle = build.op('Add', ['x', network.linear('proj', merged, dim, dim)]);
  const hidden = network.linear('fc1', network.norm('norm2', middle, dim), dim, 4 * dim);
  const after = build.op('Add', [middle, network.linear('fc2', build.op('Gelu', [hidden]), 4 * dim, dim)]);
  const pooled = build.op('ReduceMean', [after, build.integers('axis', [1])], { keepdims: 0 });
  const made = network.finish(network.linear('head', pooled, dim, classes), classes);
  const options = optimisers.adamw.options.parse({ weightDecay: 0.05 });
  return { network: made, sample: tokens * dim, batch, classes, optimiser: optimisers.adamw, options };
}

/** The network and the optimiser of recipes/cifar10-resnet20.json. */
export function resnet20(): Workload {
  const { batch, classes, side } = sizes.resnet20;
  const { resnet } = networks;
  const shape = { channels: 3, height: side, width: side, classes };
  const settings = resnet.settings.parse({ kind: 'resnet', width: 16, blocks: 3 });
  const { tensors, config, decays } = resnet.initialise(settings, shape, new Random(1));
  const { model } = resnet.architecture.recognise(config, tensors, 'resnet20').build();
  const names = [...tensors.keys()].filter((name) => model.graph.initializers.has(name));
  const parameters = names.filter((name) => !/\.running_(mean|var)$/.test(name));
  return {
    network: { model, parameters, decays },
    sample: 3 * side * side,
    batch,
    classes,
    optimiser: optimisers.sgd,
    options: { momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
  };
}

/**
 * ResNet-20 with leaky neurons in the place of its ReLUs, laid out over T steps: weights, thresholds and leaks are trained; Adam.
 *
 * @param batch samples that one run of the graph takes
 */
export function spikingResnet20(
  { batch, steps, recompute = false }: typeof sizes.spiking & { recompute?: boolean } = sizes.spiking,
): Workload {
  const { network, ...rest } = resnet20();
  const source = network.model.clone();
  foldBatchNorm(source);
  const attributes = leakyIntegrateAndFire.attributes.parse({});
  const parameters = { threshold: 1, initialPotential: 0, leak: 1, amplitude: 1 };
  const neurons = neuronSpec(leakyIntegrateAndFire, attributes, parameters);
  const placed = activationSites(source.graph).map((site) => ({ ...site, ...neurons }));
  const spiking = toSpikingForm(source, placed, steps);
  const options = { steps, batchSize: batch, recompute };
  const trained = trainableSpiking(spiking, ['weights', 'threshold', 'leak'], options);
  return { ...rest, network: trained, batch, optimiser: optimisers.adam, options: {} };
}
