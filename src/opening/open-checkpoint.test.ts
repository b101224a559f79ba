import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectures } from '../architectures/architectures.ts';
import {
  temporaryFolder,
  tiny,
  tinyConfig,
  tinyHuggingFaceConfig,
  tinyWeights,
  toHuggingFace,
  writeCheckpoint,
} from '../checkpoints/tiny-vit.fixture.ts';
import { messageOf } from '../errors.ts';
import { intsAttribute } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { verifyModel } from '../graph/verify-model.ts';
import { openCheckpoint } from './open-checkpoint.ts';

async function messageFor(tensors: ReadonlyMap<string, Tensor>, config?: unknown): Promise<string> {
  return messageOfOpening(await writeCheckpoint(tensors, config));
}

async function messageOfOpening(folder: string): Promise<string> {
  const message = await openCheckpoint(folder).then(() => 'opened', messageOf);
  return message.replaceAll(folder, 'FOLDER');
}

describe('openCheckpoint', () => {
  it('tells what it opened', async () => {
    const folder = await writeCheckpoint(tinyWeights());
    const opened = await openCheckpoint(folder);
    expect({ ...opened, model: undefined }).toEqual({
      model: undefined,
      architecture: 'vit-timm',
      config: tinyConfig,
      inputShape: [3, tiny.height, tiny.width],
      numClasses: tiny.classes,
      configPath: join(folder, 'config.json'),
    });
    expect(opened.model.graph.inputs).toEqual([
      { name: 'x', dataType: 'float32', shape: ['batch', 3, tiny.height, tiny.width] },
    ]);
    expect(opened.model.graph.outputs).toEqual([
      { name: 'logits', dataType: 'float32', shape: ['batch', tiny.classes] },
    ]);
    verifyModel(opened.model, 'tiny');
  });

  it('leaves every weight in its file under its own name', async () => {
    const weights = tinyWeights();
    const folder = await writeCheckpoint(weights);
    const { initializers } = (await openCheckpoint(folder)).model.graph;
    for (const name of weights.keys()) {
      expect(initializers.get(name)?.storage).toMatchObject({
        kind: 'external',
        source: { location: join(folder, 'model.safetensors') },
      });
    }
  });

  it('scales the scores after their product, with the batch first in every operand', async () => {
    const { graph } = (await openCheckpoint(await writeCheckpoint(tinyWeights()))).model;
    const scores = graph.nodes.find(({ name }) => name === 'blocks.0.attn.scores')!;
    const [query, key] = scores.inputs.map((value) => graph.producerOf(value)!);
    expect(query!.opType).toBe('Transpose');
    expect(intsAttribute(query!, 'perm')).toEqual([0, 2, 1, 3]);
    expect(intsAttribute(key!, 'perm')).toEqual([0, 2, 3, 1]);
    expect(graph.consumersOf(scores.outputs[0]!).map(({ opType }) => opType)).toEqual(['Mul']);
  });

  it('never writes the batch into a shape', async () => {
    const { graph } = (await openCheckpoint(await writeCheckpoint(tinyWeights()))).model;
    const reshapes = graph.nodes.filter(({ opType }) => opType === 'Reshape');
    expect(reshapes.length).toBeGreaterThan(8);
    for (const { inputs } of reshapes) {
      expect(graph.initializers.get(inputs[1]!)!.toNumbers()[0]).toBe(0);
    }
  });

  it('gives the features of an encoder without a classifier', async () => {
    const tensors = tinyWeights();
    for (const kind of ['weight', 'bias']) tensors.delete(`head.${kind}`);
    const { model, numClasses } = await openCheckpoint(
      await writeCheckpoint(tensors, { ...tinyConfig, num_classes: 0 }),
    );
    expect(numClasses).toBe(tiny.dim);
    expect(model.graph.outputs[0]!.shape).toEqual(['batch', tiny.dim]);
    verifyModel(model, 'tiny');
  });

  it('tolerates bookkeeping buffers and what a classifier does not read', async () => {
    const tensors = toHuggingFace(tinyWeights());
    tensors.set('vit.embeddings.position_ids', Tensor.int64([1, 7], [0, 1, 2, 3, 4, 5, 6]));
    tensors.set('vit.pooler.dense.weight', Tensor.float32([1], [0]));
    tensors.set('vit.bn.num_batches_tracked', Tensor.int64([], [1]));
    const { model, architecture } = await openCheckpoint(
      await writeCheckpoint(tensors, tinyHuggingFaceConfig),
    );
    expect(architecture).toBe('vit-hugging-face');
    expect(model.graph.initializers.has('vit.pooler.dense.weight')).toBe(false);
  });
});

describe('openCheckpoint refuses', () => {
  it('tensors that are missing, unknown, misshapen or of no use, all in one message', async () => {
    const tensors = tinyWeights();
    tensors.delete('blocks.1.norm2.bias');
    tensors.set('blocks.0.attn.proj.weight', Tensor.float32([8, 4], new Float32Array(32)));
    tensors.set('norm.weight', Tensor.int64([8], [1, 1, 1, 1, 1, 1, 1, 1]));
    tensors.set('blocks.0.attn.rel_pos', Tensor.float32([2, 2], [0, 0, 0, 0]));
    expect(await messageFor(tensors)).toBe(
      [
        "FOLDER: the tensors are not those of the 'vit-timm' network in config.json. Use the config.json that belongs to the weights, or export the network as ONNX.",
        "  - tensor 'blocks.0.attn.proj.weight': expected shape [8, 8], got float32 [8, 4]",
        "  - tensor 'blocks.1.norm2.bias': expected shape [8], got no such tensor",
        "  - tensor 'norm.weight': expected float32, float16, bfloat16, float64, got int64 [8]",
        "  - tensor 'blocks.0.attn.rel_pos': expected none of this name, got float32 [2, 2]",
      ].join('\n'),
    );
  });

  it('blocks that config.json says there are and the file has not', async () => {
    const message = await messageFor(tinyWeights(), { ...tinyConfig, depth: 3 });
    expect(message).toContain("tensor 'blocks.2.norm1.weight': expected shape [8], got no such tensor");
  });

  it('a number of heads that nobody knows', async () => {
    const config = { image_size: [8, 12], architecture: 'vit_odd_patch4_8' };
    expect(await messageFor(tinyWeights(), config)).toBe(
      [
        "FOLDER/config.json: cannot be read as a configuration of 'vit-timm'.",
        "  - 'num_heads': expected the number of attention heads, a divisor of 8, got none, and no known size in the name 'vit_odd_patch4_8'. Add \"num_heads\" to config.json: the weights do not tell it.",
      ].join('\n'),
    );
  });

  it('several wrong fields of config.json in one message', async () => {
    const config = {
      num_heads: 3,
      image_size: 16,
      act: 'mish',
      embed_dim: 16,
      num_classes: 4,
      global_pool: 'map',
    };
    const message = await messageFor(tinyWeights(), config);
    for (const part of [
      "'embed_dim': expected 8, as 'patch_embed.proj.weight' has it, got 16.",
      "'pos_embed': expected 16 patches (image 16×16, patch 4×4) and up to 1 prefix tokens, got 7 positions.",
      "'num_heads': expected the number of attention heads, a divisor of 8, got 3.",
      "'act': expected one of gelu, ",
      "got 'mish'. A network with another activation function comes in as ONNX.",
      "'global_pool': expected 'token' or 'avg', got 'map'.",
      "'head.weight': expected 4 rows, as 'num_classes' says, got 5 rows, and 'num_classes' is 4.",
    ]) {
      expect(message).toContain(part);
    }
  });

  it('fields of config.json that have the wrong type', async () => {
    const message = await messageFor(tinyWeights(), { num_heads: 'two', layer_norm_eps: -1 });
    expect(message).toContain("cannot be read as a configuration of 'vit-timm'.\n  - 'num_heads': ");
    expect(message).toContain("  - 'layer_norm_eps': ");
  });

  it('weights without the classifier that config.json speaks of', async () => {
    const tensors = tinyWeights();
    for (const kind of ['weight', 'bias']) tensors.delete(`head.${kind}`);
    expect(await messageFor(tensors, { ...tinyConfig, num_classes: 5 })).toContain(
      "'head.weight': expected 5 rows, as 'num_classes' says, got none. Use weights with a classifier,",
    );
  });

  it('tensors of no known architecture, and lists the known ones', async () => {
    const tensors = new Map([['layer1.0.conv1.weight', Tensor.float32([1], [0])]]);
    expect(await messageFor(tensors, { model_type: 'resnet' })).toBe(
      [
        'FOLDER: expected the tensors of an architecture listed below, got 1 tensors such as layer1.0.conv1.weight; config.json says model_type "resnet". Export the network as ONNX, which needs no architecture.',
        ...architectures.map(({ name, description }) => `  - ${name}: ${description}`),
      ].join('\n'),
    );
  });

  it('a folder without config.json', async () => {
    const folder = await writeCheckpoint(tinyWeights());
    await rm(join(folder, 'config.json'));
    const message = await messageOfOpening(folder);
    expect(message).toContain(
      'FOLDER/config.json: expected the JSON that describes the network, got no such file or folder',
    );
    expect(message).toContain('Put the config.json of the model beside its weights.');
  });

  it('an empty folder, naming both files that it lacks', async () => {
    const message = await messageOfOpening(await temporaryFolder());
    expect(message).toContain('FOLDER: not a checkpoint folder.\n  - FOLDER/config.json: expected');
    expect(message).toContain(
      'FOLDER: expected model.safetensors, model.safetensors.index.json or one file *.safetensors, got an empty folder.',
    );
  });

  it('weights that are only there as a pickle', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), '{}');
    await writeFile(join(folder, 'pytorch_model.bin'), '');
    expect(await messageOfOpening(folder)).toContain(
      "got only config.json, pytorch_model.bin. Save 'pytorch_model.bin' as safetensors with the framework it comes from.",
    );
  });
});
