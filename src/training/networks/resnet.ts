import { z } from 'zod';
import { resnetCifar } from '../../architectures/resnet-cifar.ts';
import { UsageError } from '../../errors.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Random } from '../../random.ts';
import { defineNetwork, type NetworkShape } from './define-network.ts';
import { filledTensor, glorotTensor, normalTensor } from './random-tensors.ts';

const settings = z.strictObject({
  kind: z.literal('resnet'),
  /** Channels of the first stage; each further stage has twice as many. */
  width: z.int().positive().default(16),
  /** Residual blocks in each of the three stages: depth 6n + 2. */
  blocks: z.int().positive().default(3),
});

type Settings = z.infer<typeof settings>;

/**
 * A CIFAR ResNet (3×3 convolutions, batch normalisation, ReLU, shortcuts of option A) under the names of
 * `layer1.0.conv1.weight`. Convolutions start with He's normal distribution.
 */
export const resnetNetwork = defineNetwork<Settings>({
  name: 'resnet',
  summary: 'residual network for small images (batch normalisation, ReLU, shortcuts of option A)',
  settings,
  architecture: resnetCifar,
  initialise(resnet, shape, random) {
    requireSquare(shape);
    return {
      tensors: initialTensors(resnet, shape, random),
      config: {
        architecture: `resnet${6 * resnet.blocks + 2}_cifar`,
        depth: 6 * resnet.blocks + 2,
        shortcut: 'A',
        num_classes: shape.classes,
        image_size: shape.height,
        batch_norm_eps: 1e-5,
      },
      decays: (name, { length }) => length > 1 || name.endsWith('.threshold'),
    };
  },
});

/** @throws UsageError for others: the configuration of a residual network has one length for both sides */
function requireSquare({ height, width }: NetworkShape): void {
  if (height === width) return;
  throw new UsageError({
    where: "network 'resnet'",
    expected: 'pictures as high as they are wide',
    got: `${width} × ${height} pixels`,
    remedy: "Crop the pictures, or train the network 'vit'",
  });
}

function initialTensors(
  { width, blocks }: Settings,
  shape: NetworkShape,
  random: Random,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const conv = (path: string, inputs: number, outputs: number) => {
    const deviation = Math.sqrt(2 / (9 * inputs));
    tensors.set(`${path}.weight`, normalTensor([outputs, inputs, 3, 3], deviation, random));
  };
  const norm = (path: string, channels: number) => {
    const starts = { weight: 1, bias: 0, running_mean: 0, running_var: 1 };
    for (const [part, value] of Object.entries(starts)) {
      tensors.set(`${path}.${part}`, filledTensor([channels], value));
    }
  };
  conv('conv1', shape.channels, width);
  norm('bn1', width);
  let inputs = width;
  for (let stage = 1; stage <= 3; stage++) {
    const outputs = width * 2 ** (stage - 1);
    for (let block = 0; block < blocks; block++) {
      const path = `layer${stage}.${block}`;
      conv(`${path}.conv1`, inputs, outputs);
      norm(`${path}.bn1`, outputs);
      conv(`${path}.conv2`, outputs, outputs);
      norm(`${path}.bn2`, outputs);
      inputs = outputs;
    }
  }
  tensors.set('linear.weight', glorotTensor([shape.classes, inputs], random));
  tensors.set('linear.bias', filledTensor([shape.classes], 0));
  return tensors;
}
