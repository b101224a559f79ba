import { describe, expect, it } from 'vitest';
import { tiny, tinyHuggingFaceConfig, tinyWeights, toHuggingFace } from '../checkpoints/tiny-vit.fixture.ts';
import { Tensor } from '../graph/tensor.ts';
import { architectures } from './architectures.ts';
import { vitHuggingFace } from './vit-hugging-face.ts';

/** Empty tensors of these shapes. */
const tensorsOf = (shapes: Readonly<Record<string, readonly number[]>>) =>
  new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      Tensor.float32(shape, new Float32Array(shape.reduce((a, b) => a * b, 1))),
    ]),
  );

/** What the architecture that recognises the tensors says. */
function messageFor(config: object, tensors: ReadonlyMap<string, Tensor>): string {
  const found = architectures.find((each) => each.matches(config, new Set(tensors.keys())));
  try {
    found!.recognise(config, tensors, 'config.json');
    return `${found!.name}: recognised`;
  } catch (error) {
    return (error as Error).message;
  }
}

const resnet = tensorsOf({
  'conv1.weight': [8, 3, 7, 7],
  'layer1.0.conv1.weight': [8, 8, 3, 3],
  'layer1.0.conv2.weight': [8, 8, 3, 3],
  'layer2.0.conv1.weight': [8, 8, 3, 3],
  'layer3.0.conv1.weight': [8, 8, 3, 3],
  'layer4.0.conv1.weight': [8, 8, 3, 3],
  'layer4.0.conv2.weight': [8, 8, 3, 3],
  'fc.weight': [5, 8],
});
const llama = tensorsOf({
  'model.embed_tokens.weight': [7, 8],
  'model.layers.0.self_attn.q_proj.weight': [8, 8],
  'lm_head.weight': [7, 8],
});

describe('a network whose tensors have the names of another one', () => {
  it.each([
    [{ architecture: 'resnet18' }, resnet, 'resnet-timm: recognised'],
    [{}, resnet, 'resnet-timm: recognised'],
    [
      { architecture: 'resnetaa50.a1h_in1k' },
      resnet,
      "'architecture': expected ResNet, ResNeXt or Wide ResNet by the name that timm gives it, got 'resnetaa50'.",
    ],
    [
      { architecture: 'resnext26', model_args: { cardinality: 4, layers: [1, 1, 1, 2] } },
      resnet,
      "'model_args.cardinality': expected 1, as the tensors have it, got 4.",
    ],
    [
      { architecture: 'resnet18', model_args: { layers: [2, 2, 2, 2] } },
      resnet,
      "'model_args.layers': expected 1, 1, 1, 1, as the tensors have it, got [2,2,2,2].",
    ],
    [{ model_type: 'llama', architectures: ['LlamaForCausalLM'] }, llama, 'llama-hugging-face: recognised'],
    [{ model_type: 'mistral' }, llama, "'model_type': expected one of llama, got 'mistral'."],
    [
      { model_type: 'llama', rope_scaling: { type: 'dynamic', factor: 2 } },
      llama,
      "'rope_type': expected one of default, linear, llama3, got 'dynamic'.",
    ],
  ])('%j is told apart by what config.json says', (config, tensors, message) => {
    expect(messageFor(config, tensors)).toContain(message);
  });
});

describe('an encoder of Transformers without a classifier', () => {
  const bare = new Map(
    [...toHuggingFace(tinyWeights())]
      .filter(([name]) => !name.startsWith('classifier.'))
      .map(([name, tensor]) => [name.replace(/^vit\./, ''), tensor]),
  );

  it('gives its features', () => {
    const network = vitHuggingFace.recognise(tinyHuggingFaceConfig, bare, 'config.json');
    expect(network.outputShape).toEqual([tiny.dim]);
    expect(network.build().problems).toEqual([]);
  });

  it('is refused where config.json speaks of a classifier', () => {
    const config = { ...tinyHuggingFaceConfig, architectures: ['ViTForImageClassification'] };
    expect(() => vitHuggingFace.recognise(config, bare, 'config.json')).toThrow(
      "'classifier.weight': expected a classifier, as 'architectures' says ViTForImageClassification, got none.",
    );
  });
});
