import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { verifyModel } from '../graph/verify-model.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { Random } from '../random.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { vitNetwork } from '../training/networks/vit.ts';
import { losses } from '../training/step/losses.ts';
import { lossOf, randomSource, relativeError } from './central-differences.fixture.ts';
import { differentiate } from './differentiate.ts';
import { carryTrainingOperators } from './operators/training-operator.ts';
import { trainingOperators } from './operators/training-operators.ts';

/** A Vision Transformer of two blocks with a cross-entropy of two pictures; parameters are constants of the graph. */
function tinyVit() {
  const settings = vitNetwork.settings.parse({ kind: 'vit', embedDim: 4, depth: 2, heads: 2, mlpRatio: 2 });
  const shape = { channels: 1, height: 8, width: 8, classes: 3 };
  const { tensors, config } = vitNetwork.initialise(settings, shape, new Random(3));
  const random = randomSource(4);
  // Start values of 0 and 1 would hide mistakes.
  for (const [name, tensor] of tensors) {
    tensors.set(
      name,
      Tensor.float32(
        tensor.shape,
        tensor.toFloat32().map((value) => value + random() - 0.5),
      ),
    );
  }
  const { model } = vitNetwork.architecture.recognise(config, tensors, 'tiny').build();
  const { graph } = model;
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: [2, 1, 8, 8] }]);
  const targets = Tensor.float32([2, 3], [1, 0, 0, 0.1, 0.1, 0.8]);
  const build = new GraphBuilder(graph);
  losses['cross-entropy'](build, graph.outputs[0]!.name, build.constant('targets', targets));
  graph.setOutputs([{ name: 'loss', dataType: 'float32', shape: [] }]);
  carryTrainingOperators(model, trainingOperators);
  const images = Float32Array.from({ length: 128 }, () => random() * 2 - 1);
  return { model, names: [...tensors.keys()], images };
}

describe('differentiate', () => {
  it('gives the gradients of a Vision Transformer of two blocks, in float32, for each parameter tensor', async () => {
    const { model, names, images } = tinyVit();
    const { model: trained, gradients } = await differentiate(model, 'loss', names);
    verifyModel(trained, 'test');
    const session = await OrtSession.create(exposeValues(trained, gradients.values()));
    const found = await session.run({ shape: [2, 1, 8, 8], data: images });
    await session.release();
    const x = ndArray([2, 1, 8, 8], images);
    for (const name of names) {
      const start = model.graph.initializers.get(name)!;
      const numbers = start.toNumbers();
      const lossWith = (i: number, value: number) => {
        const moved = Float64Array.from(numbers);
        moved[i] = value;
        const changed = model.clone();
        changed.graph.setInitializer(name, Tensor.float64(start.shape, moved));
        return evaluateModel(changed, { x }).get('loss')!.data[0]!;
      };
      const expected = numbers.map(
        (value, i) => (lossWith(i, value + 1e-5) - lossWith(i, value - 1e-5)) / 2e-5,
      );
      const gradient = found.get(gradients.get(name)!)!;
      expect(gradient.shape).toEqual([...start.shape]);
      expect(relativeError(gradient.data, expected), name).toBeLessThan(1e-3);
    }
  });

  it('leaves the model it is given as it was', async () => {
    const { model, names } = tinyVit();
    const before = model.graph.nodes.map(({ outputs }) => outputs.join());
    await differentiate(model, 'loss', names);
    expect(model.graph.nodes.map(({ outputs }) => outputs.join())).toEqual(before);
  });

  it('lists all operators without a rule, and only those that gradients would have to pass', async () => {
    const model = lossOf(
      [{ shape: [2, 3] }, { shape: [2, 3] }],
      (build, [a, b]) => {
        const aside = build.op(
          'CumSum',
          [b!, build.constant('axis', Tensor.int64([], [0]))],
          {},
          { name: 'aside' },
        );
        const first = build.op(
          'CumSum',
          [a!, build.constant('axis', Tensor.int64([], [1]))],
          {},
          { name: 'first' },
        );
        const second = build.op('Elu', [build.op('Add', [first, aside])], {}, { name: 'second' });
        return second;
      },
      [[2, 3]],
    );
    await expect(differentiate(model, 'loss', ['x0'])).rejects.toThrow(
      [
        "differentiate: graph 'tested' has operators without a gradient rule. Replace them by others, or put a StopGradient before them:",
        "  - CumSum 'first'",
        "  - Elu 'second'",
      ].join('\n'),
    );
  });

  it('says everything that is wrong with a request at once', async () => {
    const graph = new Graph('wrong');
    graph.addInput({ name: 'x', dataType: 'float32', shape: [2] });
    new GraphBuilder(graph).op('Identity', ['x'], {}, { name: 'y' });
    graph.addOutput({ name: 'y', dataType: 'float32', shape: [2] });
    await expect(differentiate(new Model(graph, 13), 'y', ['x', 'z'])).rejects.toThrow(
      [
        "differentiate: graph 'wrong' cannot be trained so:",
        "  - loss 'y': expected one float32 number, got float32[2]",
        "  - parameter 'z': expected a float32 value, got none of this name",
        '  - opset: expected 17 or newer, got 13',
      ].join('\n'),
    );
  });

  it('names parameters that do not influence the loss', async () => {
    const model = lossOf(
      [{ shape: [2] }, { shape: [2] }],
      (build, [a, b]) => build.op('Add', [a!, build.op('Floor', [b!])]),
      [[2]],
    );
    await expect(differentiate(model, 'loss', ['x0', 'x1'])).rejects.toThrow(
      "differentiate: graph 'tested': expected parameters that influence the loss, got 'x1', on which it does not depend smoothly.",
    );
  });
});
