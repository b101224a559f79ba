import { z } from 'zod';
import { mlp } from '../../architectures/mlp.ts';
import { UsageError } from '../../errors.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { defineNetwork, type NetworkShape } from './define-network.ts';
import { filledTensor, normalTensor } from './random-tensors.ts';

const settings = z.strictObject({
  kind: z.literal('mlp'),
  /** Neurons of each hidden layer. */
  widths: z.array(z.int().positive()).default([500, 500]),
});

/** A perceptron with ReLU between its linear layers, which start with He's normal distribution. */
export const mlpNetwork = defineNetwork<z.infer<typeof settings>>({
  name: 'mlp',
  summary: 'perceptron: linear layers of any widths with ReLU between',
  settings,
  architecture: mlp,
  initialise({ widths }, shape, random) {
    requireSquare(shape);
    const { channels, height, width, classes } = shape;
    const sizes = [channels * height * width, ...widths, classes];
    const tensors = new Map<string, Tensor>();
    for (const [i, outputs] of sizes.slice(1).entries()) {
      const inputs = sizes[i] ?? 1;
      tensors.set(`layers.${i}.weight`, normalTensor([outputs, inputs], Math.sqrt(2 / inputs), random));
      tensors.set(`layers.${i}.bias`, filledTensor([outputs], 0));
    }
    return {
      tensors,
      config: { architecture: 'mlp', image_size: height, channels, num_classes: classes },
      decays: (_name, { length }) => length > 1,
    };
  },
});

/** @throws UsageError for others: the configuration of a perceptron has one length for both sides */
function requireSquare({ height, width }: NetworkShape): void {
  if (height === width) return;
  throw new UsageError({
    where: "network 'mlp'",
    expected: 'pictures as high as they are wide',
    got: `${width} × ${height} pixels`,
    remedy: "Crop the pictures, or train the network 'vit'",
  });
}
