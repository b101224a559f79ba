import { describe, expect, it } from 'vitest';
import { attentionNetwork, convolutionNetwork } from '../../src/batching/batch-layouts.fixture.ts';
import { convert } from '../../src/conversion/convert.ts';
import { prepareSource } from '../../src/conversion/prepare-source.ts';
import {
  scaledWithTwoOutputs,
  sequenceFirst,
  tokenNetwork,
  twoPictures,
} from '../../src/engines/input-networks.fixture.ts';
import { smallCnn, smallVit } from '../../src/engines/segmented/small-networks.fixture.ts';
import { TranspikeError } from '../../src/errors.ts';
import type { Dimension } from '../../src/graph/graph.ts';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import type { InputBatch } from '../../src/graph/input-batch.ts';
import { Model } from '../../src/graph/model.ts';
import { inspectNetwork } from '../../src/jobs/inspect-network.ts';
import { methodNamed } from '../../src/methods/methods.ts';
import { weight } from '../../src/passes/compare-in-runtime.fixture.ts';
import { sampleBatch } from '../../src/sessions/sample-inputs.ts';
import { networkKind } from '../../src/spiking/network-kind.ts';
import { residualCnn } from './residual-cnn.fixture.ts';

/** x → Gemm → Relu → what a test is about → Gemm, over [batch, 8] unless another shape is given. */
function around(
  middle: (build: GraphBuilder, hidden: string) => string,
  { shape = ['batch', 8] as readonly Dimension[], tail = true } = {},
): Model {
  const graph = new Graph('around');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape }]);
  const build = new GraphBuilder(graph);
  const linear = (value: string) => build.op('MatMul', [value, weight(build, 'w', [8, 8])]);
  const made = middle(build, build.op('Relu', [linear(build.op('Relu', [linear('x')]))]));
  build.op('Identity', [tail ? linear(made) : made], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: undefined, shape: undefined }]);
  const model = new Model(graph, 17);
  model.opsets.set('com.microsoft', 1);
  return model;
}

const lstm = (build: GraphBuilder, hidden: string) => {
  const sequence = build.op('Unsqueeze', [hidden, build.integers('axes', [0])]);
  const parts = [weight(build, 'w', [1, 32, 8]), weight(build, 'r', [1, 32, 8])];
  const [, last] = build.ops('LSTM', [sequence, ...parts], 2, { hidden_size: 8 });
  return build.op('Squeeze', [last!, build.integers('axes', [0])]);
};

const networks: Record<string, () => Model> = {
  'a Vision Transformer': smallVit,
  'a CNN': smallCnn,
  'a residual CNN': () => residualCnn(17),
  tokens: () => tokenNetwork(),
  'tokens of any length': () => tokenNetwork('sequence'),
  'two pictures': twoPictures,
  'two outputs': scaledWithTwoOutputs,
  'the sequence in front': sequenceFirst,
  ...Object.fromEntries(
    (['one', 'behind'] as const).flatMap((layout) => [
      [`attention, batch ${layout}`, () => attentionNetwork(layout)],
      [`convolutions, batch ${layout}`, () => convolutionNetwork(layout)],
    ]),
  ),
  plain: () => around((_, hidden) => hidden),
  'any width': () => around((_, hidden) => hidden, { shape: ['batch', 'width'] }),
  'images that are mixed': () =>
    around((build, hidden) => build.op('Sub', [hidden, build.op('ReduceMean', [hidden], { axes: [0] })])),
  'no batch axis': () => around((_, hidden) => hidden, { shape: [8] }),
  recurrent: () => around(lstm),
  'numbers at random': () =>
    around((build, hidden) => build.op('Add', [hidden, build.op('RandomNormalLike', [hidden])])),
  'a length that depends on the image': () =>
    around((build, hidden) => build.op('NonZero', [hidden]), { tail: false }),
  'a sequence as output': () =>
    around(
      (build, hidden) =>
        build.op('SequenceConstruct', [build.op('MatMul', [hidden, weight(build, 'w', [8, 8])])]),
      { tail: false },
    ),
  'an unknown operator': () =>
    around((build, hidden) =>
      build.op('Mystery', [hidden, weight(build, 'm', [8, 8])], {}, { domain: 'com.microsoft' }),
    ),
};

async function verdictOfConversion(model: Model, method: string): Promise<string> {
  try {
    const batch: InputBatch = await prepareSource(model, methodNamed(method))
      .then(({ dynamic }) => sampleBatch(dynamic))
      .catch(() => ({ shape: [1, 8], data: new Float32Array(8) }));
    await convert(model, { method: methodNamed(method), steps: 2, calibration: () => [batch] });
    return 'works';
  } catch (error) {
    if (!(error instanceof TranspikeError)) throw error;
    return (error.problems[0] ?? error.message).replace(/\s+/g, ' ');
  }
}

const refused = [
  'images that are mixed',
  'no batch axis',
  'recurrent',
  'numbers at random',
  'a length that depends on the image',
  'an unknown operator',
];

describe.each(['ecmt', 'rate'])('inspect and convert agree by %s', (method) => {
  it.each(Object.entries(networks))('about %s', async (name, make) => {
    const facts = { name: 'n', path: 'n', origin: 'onnx', inputShape: [], fingerprint: '' };
    const { obstacles } = await inspectNetwork({ ...facts, ...networkKind(make()) }, { method });
    if (method === 'ecmt') expect(obstacles.length > 0).toBe(refused.includes(name));
    expect(obstacles[0]?.replace(/\s+/g, ' ') ?? 'works').toBe(await verdictOfConversion(make(), method));
  });
});
