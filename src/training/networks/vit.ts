import { z } from 'zod';
import { vitTimm } from '../../architectures/vit-timm.ts';
import { Tensor } from '../../graph/tensor.ts';
import type { Random } from '../../random.ts';
import { defineNetwork, type NetworkShape } from './define-network.ts';
import { filledTensor, glorotTensor } from './random-tensors.ts';

const settings = z.strictObject({
  kind: z.literal('vit'),
  embedDim: z.int().positive().default(96),
  depth: z.int().positive().default(4),
  heads: z.int().positive().default(3),
  /** Features inside the perceptron, in units of embedDim. */
  mlpRatio: z.number().positive().default(4),
  patchSize: z.int().positive().default(4),
  activation: z.enum(['gelu', 'gelu_tanh', 'quick_gelu', 'relu']).default('gelu'),
});

type Settings = z.infer<typeof settings>;

/**
 * A Vision Transformer under timm's names, without a class token: the classifier reads the mean of the patches.
 * Weights start with Glorot's distribution, those that end a residual branch smaller by √(2·depth); positions start as
 * sines and cosines of row and column.
 */
export const vitNetwork = defineNetwork<Settings>({
  name: 'vit',
  summary: 'Vision Transformer with mean pooling (timm names)',
  settings,
  architecture: vitTimm,
  initialise(vit, shape, random) {
    return {
      tensors: initialTensors(vit, shape, random),
      config: {
        architecture: 'transpike_vit',
        num_classes: shape.classes,
        embed_dim: vit.embedDim,
        depth: vit.depth,
        num_heads: vit.heads,
        patch_size: vit.patchSize,
        image_size: [shape.height, shape.width],
        act: vit.activation,
        class_token: false,
        global_pool: 'avg',
        layer_norm_eps: 1e-6,
      },
      decays: (name, { length }) => length > 1 && name !== 'pos_embed',
    };
  },
});

function initialTensors(vit: Settings, shape: NetworkShape, random: Random): Map<string, Tensor> {
  const { embedDim, depth, patchSize } = vit;
  const hidden = Math.round(embedDim * vit.mlpRatio);
  const tensors = new Map<string, Tensor>();
  const linear = (path: string, size: number[], gain = 1) => {
    tensors.set(`${path}.weight`, glorotTensor(size, random, gain));
    tensors.set(`${path}.bias`, filledTensor([size[0]!], 0));
  };
  const norm = (path: string) => {
    tensors.set(`${path}.weight`, filledTensor([embedDim], 1));
    tensors.set(`${path}.bias`, filledTensor([embedDim], 0));
  };
  linear('patch_embed.proj', [embedDim, shape.channels, patchSize, patchSize]);
  tensors.set('pos_embed', positions(vit, shape));
  const branchGain = 1 / Math.sqrt(2 * depth);
  for (let i = 0; i < depth; i++) {
    norm(`blocks.${i}.norm1`);
    linear(`blocks.${i}.attn.qkv`, [3 * embedDim, embedDim]);
    linear(`blocks.${i}.attn.proj`, [embedDim, embedDim], branchGain);
    norm(`blocks.${i}.norm2`);
    linear(`blocks.${i}.mlp.fc1`, [hidden, embedDim]);
    linear(`blocks.${i}.mlp.fc2`, [embedDim, hidden], branchGain);
  }
  norm('fc_norm');
  linear('head', [shape.classes, embedDim], 0.1);
  return tensors;
}

/** [1, patches, embedDim]: a quarter of the features each holds sines and cosines of the row and of the column. */
function positions({ embedDim, patchSize }: Settings, { height, width }: NetworkShape): Tensor {
  const [rows, columns] = [Math.floor(height / patchSize), Math.floor(width / patchSize)];
  const quarter = Math.floor(embedDim / 4);
  const values = new Float32Array(rows * columns * embedDim);
  for (let patch = 0; patch < rows * columns; patch++) {
    const places = [Math.floor(patch / columns), patch % columns];
    for (let feature = 0; feature < 4 * quarter; feature++) {
      const place = places[Math.floor(feature / (2 * quarter))]!;
      const angle = place / 100 ** ((feature % quarter) / quarter);
      const wave = Math.floor(feature / quarter) % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
      values[patch * embedDim + feature] = 0.5 * wave;
    }
  }
  return Tensor.float32([1, rows * columns, embedDim], values);
}
