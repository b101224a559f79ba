import { describe, expect, it } from 'vitest';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { Random } from '../../random.ts';
import { alexnetNetwork } from './alexnet.ts';
import type { AnyNetworkKind } from './define-network.ts';
import { vggNetwork } from './vgg.ts';

const shape = { channels: 3, height: 8, width: 8, classes: 4 };

/** The graph of a kind with random weights, its problems, and its logits for one picture. */
function built(kind: AnyNetworkKind, given: unknown) {
  const settings = kind.settings.parse(given);
  const { tensors, config } = kind.initialise(settings, shape, new Random(1));
  const network = kind.architecture.recognise(config, tensors, 'config.json');
  const { model, problems } = network.build();
  expect(problems).toEqual([]);
  expect([...tensors.keys()].filter((name) => !model.graph.initializers.has(name))).toEqual([]);
  const pixels = Float64Array.from({ length: 192 }, (_, i) => Math.sin(i));
  const logits = evaluateModel(model, { x: ndArray([1, 3, 8, 8], pixels) }).get('logits')!;
  expect(logits.shape).toEqual([1, 4]);
  kind.prepare?.(model, settings);
  return { tensors, nodes: model.graph.nodes, inputs: network.inputs };
}

const named = (nodes: ReturnType<typeof built>['nodes'], type: string) =>
  nodes.filter(({ opType }) => opType === type);

describe('vgg', () => {
  const features = [4, 'pool', 6, 6, 'pool', 8];

  it('has average pooling, no biases, and dropout behind convolutions that no pooling follows', () => {
    const { tensors, nodes } = built(vggNetwork, { kind: 'vgg', features, classifier: [5] });
    expect([...tensors.keys()]).toEqual([
      'features.0.weight',
      'features.3.weight',
      'features.5.weight',
      'features.8.weight',
      'classifier.0.weight',
      'classifier.3.weight',
    ]);
    expect(tensors.get('classifier.0.weight')?.shape).toEqual([5, 8 * 4]);
    expect(named(nodes, 'AveragePool').map(({ name }) => name)).toEqual([
      'features.0.pool',
      'features.5.pool',
    ]);
    expect(named(nodes, 'Dropout').map(({ inputs }) => inputs[0])).toEqual([
      'features.3.relu',
      'features.8.relu',
      'classifier.0.relu',
    ]);
  });

  it('pools the largest and has biases and normalisations where asked to', () => {
    const asked = { kind: 'vgg', features, classifier: [], pooling: 'max', bias: true, batchNorm: true };
    const { tensors, nodes } = built(vggNetwork, asked);
    expect(named(nodes, 'MaxPool')).toHaveLength(2);
    expect(named(nodes, 'BatchNormalization')).toHaveLength(4);
    expect(tensors.get('classifier.0.bias')?.shape).toEqual([4]);
  });

  it('refuses pooling without a convolution before it, and pictures that it cannot halve', () => {
    expect(
      vggNetwork.settings.safeParse({ kind: 'vgg', features: [4, 'pool', 'pool'] }).error?.message,
    ).toContain("expected a convolution before each 'pool'");
    const settings = vggNetwork.settings.parse({ kind: 'vgg', features });
    expect(() => vggNetwork.initialise(settings, { ...shape, width: 9 }, new Random(1))).toThrow(
      "network 'vgg': expected square pictures whose side is a multiple of 4, as its layers make them smaller, got 9 × 8 pixels. Crop the pictures, or give the network fewer layers that make them smaller.",
    );
  });
});

describe('alexnet', () => {
  it('makes pictures smaller by strides alone', () => {
    const layers = [{ channels: 4 }, { channels: 6, stride: 2 }, { channels: 8, stride: 2 }];
    const { tensors, nodes } = built(alexnetNetwork, { kind: 'alexnet', features: layers, classifier: [5] });
    expect(tensors.get('classifier.0.weight')?.shape).toEqual([5, 8 * 4]);
    expect(named(nodes, 'BatchNormalization')).toHaveLength(3);
    expect(nodes.filter(({ opType }) => opType.endsWith('Pool'))).toEqual([]);
    expect(named(nodes, 'Dropout')).toEqual([]);
  });
});
