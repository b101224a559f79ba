import { z } from 'zod';
import { vgg } from '../../architectures/vgg.ts';
import { addDropout } from './add-dropout.ts';
import { defineNetwork } from './define-network.ts';
import { type PlainNetwork, plainConfig, plainTensors } from './feature-layers.ts';

const rate = z.number().min(0).lt(1);

const settings = z.strictObject({
  kind: z.literal('alexnet'),
  /** Channels and stride of each 3×3 convolution. */
  features: z
    .array(z.strictObject({ channels: z.int().positive(), stride: z.int().positive().default(1) }))
    .nonempty()
    .default([
      { channels: 96, stride: 1 },
      { channels: 256, stride: 2 },
      { channels: 384, stride: 2 },
      { channels: 384, stride: 1 },
      { channels: 256, stride: 2 },
    ]),
  /** Neurons of each hidden linear layer. */
  classifier: z.array(z.int().positive()).default([2048]),
  dropout: z.strictObject({ convolutions: rate.default(0), linear: rate.default(0) }).prefault({}),
});

type Settings = z.infer<typeof settings>;

/**
 * AlexNet-like networks as tandem learning trains them: convolutions with batch normalisation that make the picture smaller by their
 * strides, without pooling, and linear layers behind, which start with He's normal distribution.
 *
 * Wu, Xu, Zhou, Zhang, Li, Tan: Progressive Tandem Learning for Pattern Recognition with Deep Spiking Neural Networks, IEEE TPAMI 2021,
 * arXiv:2007.01204.
 *
 * Differs from the paper: linear layers have no batch normalisation.
 */
export const alexnetNetwork = defineNetwork<Settings>({
  name: 'alexnet',
  summary:
    'AlexNet-like: convolutions with strides instead of pooling (batch normalisation), linear layers behind',
  settings,
  architecture: vgg,
  prepare: (model, { dropout }) => addDropout(model, dropout),
  initialise({ kind, features, classifier }, shape, random) {
    const linearDeviation = (inputs: number) => Math.sqrt(2 / inputs);
    const plain: PlainNetwork = { kind, features, classifier, bias: true, batchNorm: true, linearDeviation };
    return {
      tensors: plainTensors(plain, shape, random),
      config: plainConfig(plain, shape, 'average'),
      decays: (name, { length }) => length > 1 || name.endsWith('.threshold'),
    };
  },
});
