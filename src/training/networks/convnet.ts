import { z } from 'zod';
import { convnet } from '../../architectures/convnet.ts';
import { UsageError } from '../../errors.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Random } from '../../random.ts';
import { defineNetwork, type NetworkShape } from './define-network.ts';
import { filledTensor, glorotTensor, normalTensor } from './random-tensors.ts';

const settings = z.strictObject({
  kind: z.literal('convnet'),
  /** Channels of each 3×3 convolution, stage by stage; the picture is halved between two stages. */
  stages: z
    .array(z.array(z.int().positive()).nonempty())
    .nonempty()
    .default([[32], [64], [64, 64], [128]]),
});

type Settings = z.infer<typeof settings>;

/**
 * A plain convolutional network (3×3 convolutions, batch normalisation, ReLU, average pooling), whose layers all turn
 * into spikes. Convolutions start with He's normal distribution.
 */
export const convnetNetwork = defineNetwork<Settings>({
  name: 'convnet',
  summary: 'plain stages of convolutions (batch normalisation, ReLU) with average pooling between',
  settings,
  architecture: convnet,
  initialise(network, shape, random) {
    requireHalves(network, shape);
    return {
      tensors: initialTensors(network, shape, random),
      config: {
        architecture: 'convnet',
        num_classes: shape.classes,
        image_size: shape.height,
        batch_norm_eps: 1e-5,
      },
      decays: (name, { length }) => length > 1 || name.endsWith('.threshold'),
    };
  },
});

/** @throws UsageError for pictures that are not square, or that the stages do not halve without a remainder */
function requireHalves({ stages }: Settings, { height, width }: NetworkShape): void {
  const smallest = 2 ** (stages.length - 1);
  if (height === width && height % smallest === 0) return;
  throw new UsageError({
    where: "network 'convnet'",
    expected: `square pictures whose side is a multiple of ${smallest}, as ${stages.length} stages need`,
    got: `${width} × ${height} pixels`,
    remedy: 'Crop the pictures, or give the network fewer stages',
  });
}

function initialTensors(
  { stages }: Settings,
  { channels, classes }: NetworkShape,
  random: Random,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  let inputs = channels;
  for (const [stage, widths] of stages.entries()) {
    for (const [place, outputs] of widths.entries()) {
      const path = `layers.${stage}.${place}`;
      const deviation = Math.sqrt(2 / (9 * inputs));
      tensors.set(`${path}.conv.weight`, normalTensor([outputs, inputs, 3, 3], deviation, random));
      const starts = { weight: 1, bias: 0, running_mean: 0, running_var: 1 };
      for (const [part, value] of Object.entries(starts)) {
        tensors.set(`${path}.norm.${part}`, filledTensor([outputs], value));
      }
      inputs = outputs;
    }
  }
  tensors.set('classifier.weight', glorotTensor([classes, inputs], random));
  tensors.set('classifier.bias', filledTensor([classes], 0));
  return tensors;
}
