import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { onTestFinished } from 'vitest';
import { encodeForSession } from '../files/encode-for-session.ts';
import { writeSafetensors } from '../files/write-safetensors.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';

/** Sizes of the tiny network of the tests: image 8×12, patches of 4×4. */
export const tiny = {
  height: 8,
  width: 12,
  patch: 4,
  patches: 6,
  dim: 8,
  heads: 2,
  hidden: 16,
  depth: 2,
  classes: 5,
};

/** config.json that says what the tensors do not. */
export const tinyConfig = { num_heads: tiny.heads, image_size: [tiny.height, tiny.width] };

/** Variants of the tiny network; by default none. */
export interface TinyVariant {
  distilled?: boolean;
  classToken?: boolean;
  registers?: number;
  /** Position embeddings for the patches only. */
  noEmbedClass?: boolean;
  normPre?: boolean;
  fcNorm?: boolean;
  layerScale?: boolean;
  headNorms?: boolean;
  qkvBias?: boolean;
}

/** The same numbers every time, roughly in ±1. */
export function randomNumbers(count: number, seed: number): Float32Array {
  let state = seed * 2654435761 + 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}

/** Random weights of a tiny Vision Transformer under timm's names. */
export function tinyWeights(variant: TinyVariant = {}): Map<string, Tensor> {
  const { classToken = true, distilled = false, registers = 0, qkvBias = true } = variant;
  const { dim, hidden, patch, classes, patches } = tiny;
  const prefix = Number(classToken) + Number(distilled) + registers;
  const tensors = new Map<string, Tensor>();
  const add = (name: string, ...shape: number[]) => {
    const size = sizeOf(shape);
    // Gains around 1 would hide a forgotten norm; these do not.
    tensors.set(
      name,
      Tensor.float32(
        shape,
        randomNumbers(size, tensors.size + 1).map((v) => v * 0.7),
      ),
    );
  };
  const pair = (path: string, ...shape: number[]) => {
    add(`${path}.weight`, ...shape);
    add(`${path}.bias`, shape[0]!);
  };
  pair('patch_embed.proj', dim, 3, patch, patch);
  if (classToken) add('cls_token', 1, 1, dim);
  if (distilled) add('dist_token', 1, 1, dim);
  if (registers) add('reg_token', 1, registers, dim);
  add('pos_embed', 1, variant.noEmbedClass ? patches : patches + prefix, dim);
  if (variant.normPre) pair('norm_pre', dim);
  for (let i = 0; i < tiny.depth; i++) {
    const block = `blocks.${i}`;
    pair(`${block}.norm1`, dim);
    add(`${block}.attn.qkv.weight`, 3 * dim, dim);
    if (qkvBias) add(`${block}.attn.qkv.bias`, 3 * dim);
    if (variant.headNorms)
      for (const name of ['q_norm', 'k_norm']) pair(`${block}.attn.${name}`, dim / tiny.heads);
    pair(`${block}.attn.proj`, dim, dim);
    pair(`${block}.norm2`, dim);
    pair(`${block}.mlp.fc1`, hidden, dim);
    pair(`${block}.mlp.fc2`, dim, hidden);
    if (variant.layerScale) for (const name of ['ls1', 'ls2']) add(`${block}.${name}.gamma`, dim);
  }
  pair(variant.fcNorm ? 'fc_norm' : 'norm', dim);
  pair('head', classes, dim);
  if (distilled) pair('head_dist', classes, dim);
  return tensors;
}

/** config.json of the tiny network as Hugging Face Transformers writes it. */
export const tinyHuggingFaceConfig = {
  hidden_size: tiny.dim,
  num_attention_heads: tiny.heads,
  num_hidden_layers: tiny.depth,
  intermediate_size: tiny.hidden,
  image_size: [tiny.height, tiny.width],
  patch_size: tiny.patch,
  layer_norm_eps: 1e-6,
  id2label: Object.fromEntries(Array.from({ length: tiny.classes }, (_, i) => [i, `class ${i}`])),
};

/** The same numbers under the names of Hugging Face Transformers. */
export function toHuggingFace(timm: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const model = timm.has('dist_token') ? 'deit' : 'vit';
  const result = new Map<string, Tensor>();
  for (const [name, tensor] of timm) {
    const fused = /^blocks\.(\d+)\.attn\.qkv\.(\w+)$/.exec(name);
    if (!fused) result.set(huggingFaceName(name, model), tensor);
    else {
      const [, block, kind] = fused;
      const numbers = tensor.toFloat32();
      const third = numbers.length / 3;
      const shape = [tiny.dim, ...tensor.shape.slice(1)];
      for (const [i, part] of ['query', 'key', 'value'].entries()) {
        const path = `${model}.encoder.layer.${block}.attention.attention.${part}.${kind}`;
        result.set(path, Tensor.float32(shape, numbers.subarray(i * third, (i + 1) * third)));
      }
    }
  }
  return result;
}

function huggingFaceName(name: string, model: 'vit' | 'deit'): string {
  const renamed = name
    .replace('patch_embed.proj', `${model}.embeddings.patch_embeddings.projection`)
    .replace('cls_token', `${model}.embeddings.cls_token`)
    .replace('dist_token', `${model}.embeddings.distillation_token`)
    .replace('pos_embed', `${model}.embeddings.position_embeddings`)
    .replace('attn.proj', 'attention.output.dense')
    .replace('norm1', 'layernorm_before')
    .replace('norm2', 'layernorm_after')
    .replace('mlp.fc1', 'intermediate.dense')
    .replace('mlp.fc2', 'output.dense')
    .replace(/^blocks\./, `${model}.encoder.layer.`)
    .replace(/^norm\./, `${model}.layernorm.`);
  if (model === 'vit') return renamed.replace(/^head\./, 'classifier.');
  return renamed.replace(/^head\./, 'cls_classifier.').replace(/^head_dist\./, 'distillation_classifier.');
}

/** Makes a folder for one test, removed at its end. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'transpike-checkpoint-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a checkpoint folder for one test and returns its path. */
export async function writeCheckpoint(
  tensors: ReadonlyMap<string, Tensor>,
  config: unknown = tinyConfig,
): Promise<string> {
  return saveCheckpoint(await temporaryFolder(), tensors, config);
}

/** Writes a checkpoint into a folder that is there, and returns its path. */
export async function saveCheckpoint(
  folder: string,
  tensors: ReadonlyMap<string, Tensor>,
  config: unknown = tinyConfig,
): Promise<string> {
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

/** Random images for the tiny network. */
export function tinyImages(batch: number): Float32Array {
  return randomNumbers(batch * 3 * tiny.height * tiny.width, 99);
}

/** Runs a network on images [batch, ...shape] in ONNX Runtime, its weights read from their files; the logits. */
export async function runNetwork(model: Model, images: Float32Array, batch: number): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(encodeForSession(model), {
    intraOpNumThreads: 1,
    extra: { session: { model_external_initializers_file_folder_path: '/' } },
  });
  const shape = model.graph.inputs[0]!.shape!.slice(1) as number[];
  const { logits } = await session.run({ x: new ort.Tensor('float32', images, [batch, ...shape]) });
  await session.release();
  return logits!.data as Float32Array;
}
