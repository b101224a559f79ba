import { z } from 'zod';
import {
  classesIfAny,
  classFields,
  configuredActivation,
  headCount,
  sizeOrPair,
} from './hugging-face-config.ts';
import type { Linear } from './linear.ts';
import type { Mlp } from './mlp.ts';
import type { Norm } from './norm.ts';
import type { Report } from './problem-line.ts';
import type { Tensors } from './timm-blocks.ts';
import type { TransformerBlock } from './transformer-block.ts';

const count = z.int().positive();

/** Sizes of the image part of CLIP or SigLIP, at the top of config.json or in its `vision_config`. */
const towerFields = {
  hidden_size: count.optional(),
  intermediate_size: count.optional(),
  num_hidden_layers: count.optional(),
  num_attention_heads: count.optional(),
  num_channels: count.optional(),
  image_size: sizeOrPair.optional(),
  patch_size: sizeOrPair.optional(),
  hidden_act: z.string().optional(),
  layer_norm_eps: z.number().positive().optional(),
};

type TowerFields = z.infer<z.ZodObject<typeof towerFields>>;

/** config.json of CLIP and SigLIP, of the image part alone or with the text part beside it. */
export const towerConfig = z.looseObject({
  ...towerFields,
  vision_config: z.looseObject(towerFields).optional(),
  ...classFields,
});

/** What {@link towerConfig} reads. */
export type TowerConfig = z.infer<typeof towerConfig>;

/** Sizes of an image part, with the library's defaults where config.json is silent. */
export type Tower = { [Key in keyof TowerFields]-?: NonNullable<TowerFields[Key]> } & {
  readonly classes: number | undefined;
};

/** Reads the sizes of an image part. */
export function readTower(
  config: TowerConfig,
  defaults: Pick<Tower, 'patch_size' | 'hidden_act' | 'layer_norm_eps'>,
  tensors: Tensors,
  report: Report,
): Tower {
  const stated = Object.entries(config.vision_config ?? config).filter(
    ([key, value]) => key in towerFields && value !== undefined,
  );
  return {
    ...{ hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 },
    ...{ num_channels: 3, image_size: 224 },
    ...defaults,
    ...(Object.fromEntries(stated) as Partial<Tower>),
    classes: classesIfAny(config, tensors, report),
  };
}

/** The layers of an image part, under `vision_model.encoder`. */
export function towerBlocks(tower: Tower, report: Report): TransformerBlock[] {
  const { hidden_size: width, num_attention_heads, num_hidden_layers, layer_norm_eps: epsilon } = tower;
  const heads = headCount(width, num_attention_heads, report);
  return Array.from({ length: num_hidden_layers }, (_, index) => {
    const path = `vision_model.encoder.layers.${index}`;
    const linear = (name: string): Linear => ({ path: `${path}.self_attn.${name}`, bias: true });
    const norm = (name: string): Norm => ({ path: `${path}.${name}`, epsilon });
    return {
      path,
      norms: 'before',
      attentionNorm: norm('layer_norm1'),
      attention: {
        path: `${path}.self_attn`,
        width,
        heads,
        projections: {
          kind: 'separate',
          query: linear('q_proj'),
          key: linear('k_proj'),
          value: linear('v_proj'),
        },
        output: linear('out_proj'),
      },
      attentionScale: undefined,
      mlpNorm: norm('layer_norm2'),
      mlp: towerMlp(`${path}.mlp`, tower, report),
      mlpScale: undefined,
    };
  });
}

/** A perceptron of an image part. */
export function towerMlp(path: string, tower: Tower, report: Report): Mlp {
  return {
    expand: { path: `${path}.fc1`, bias: true },
    activation: configuredActivation(tower.hidden_act, report),
    hidden: tower.intermediate_size,
    contract: { path: `${path}.fc2`, bias: true },
  };
}

/** Tensors of the text part, which an image part does not read. */
export const textPart = [/^text_model\./, /^text_projection\./, /^logit_(scale|bias)$/];
