import { z } from 'zod';
import { vgg } from '../../architectures/vgg.ts';
import { addDropout } from './add-dropout.ts';
import { defineNetwork } from './define-network.ts';
import { type FeatureLayer, type PlainNetwork, plainConfig, plainTensors } from './feature-layers.ts';

const rate = z.number().min(0).lt(1);

const settings = z
  .strictObject({
    kind: z.literal('vgg'),
    /** Channels of each 3×3 convolution; `pool` halves the picture behind the one before it. */
    features: z
      .array(z.union([z.int().positive(), z.literal('pool')]))
      .nonempty()
      .default([64, 'pool', 128, 128, 'pool']),
    /** Neurons of each hidden linear layer. */
    classifier: z.array(z.int().positive()).default([1024, 1024]),
    pooling: z.enum(['average', 'max']).default('average'),
    bias: z.boolean().default(false),
    batchNorm: z.boolean().default(false),
    dropout: z.strictObject({ convolutions: rate.default(0.2), linear: rate.default(0.5) }).prefault({}),
  })
  .refine(
    ({ features }) => features.every((each, i) => each !== 'pool' || typeof features[i - 1] === 'number'),
    {
      path: ['features'],
      error: "expected a convolution before each 'pool'",
    },
  );

type Settings = z.infer<typeof settings>;

/**
 * VGG networks as hybrid training starts from: average pooling, no biases, dropout behind convolutions that no pooling follows and
 * behind hidden linear layers. Convolutions start with N(0, 2/(k²·outputs)), linear layers with N(0, 0.01²).
 *
 * Rathi, Srinivasan, Panda, Roy: Enabling Deep Spiking Neural Networks with Hybrid Conversion and Spike Timing Dependent
 * Backpropagation, ICLR 2020, arXiv:2005.01807.
 */
export const vggNetwork = defineNetwork<Settings>({
  name: 'vgg',
  summary: 'VGG: convolutions with pooling between, linear layers behind, dropout in training, no biases',
  settings,
  architecture: vgg,
  prepare: (model, { dropout }) => addDropout(model, dropout),
  initialise(network, shape, random) {
    const plain = plainNetwork(network);
    return {
      tensors: plainTensors(plain, shape, random),
      config: plainConfig(plain, shape, network.pooling),
      decays: (name, { length }) => length > 1 || name.endsWith('.threshold'),
    };
  },
});

function plainNetwork({ kind, features, classifier, bias, batchNorm }: Settings): PlainNetwork {
  const layers = features.flatMap((channels, i): FeatureLayer[] =>
    channels === 'pool' ? [] : [{ channels, pooled: features[i + 1] === 'pool' }],
  );
  return { kind, features: layers, classifier, bias, batchNorm, linearDeviation: () => 0.01 };
}
