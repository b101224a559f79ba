import type { DataType } from '../graph/data-type.ts';
import { Graph, type ValueInfo } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { randomNumbers } from './segmented/small-networks.fixture.ts';

class NetworkBuilder extends GraphBuilder {
  #seed = 0;

  weight(...shape: number[]): string {
    this.#seed++;
    return this.constant(
      'w',
      Tensor.float32(shape, randomNumbers(sizeOf(shape), Math.sqrt(3 / shape[0]!), this.#seed)),
    );
  }

  linear(input: string, into: number, out: number, name: string): string {
    return this.op(
      'Add',
      [this.op('MatMul', [input, this.weight(into, out)], {}, { name }), this.weight(out)],
      {},
      { name: `${name}.biased` },
    );
  }
}

function input(name: string, dataType: DataType, ...shape: ValueInfo['shape'] & object): ValueInfo {
  return { name, dataType, shape };
}

function network(inputs: readonly ValueInfo[], outputs: (build: NetworkBuilder) => readonly string[]): Model {
  const graph = new Graph('several inputs');
  const build = new NetworkBuilder(graph);
  graph.setInputs(inputs);
  const made = outputs(build).map((value, i) => build.op('Identity', [value], {}, { name: ['y', 'z'][i]! }));
  graph.setOutputs(made.map((name) => ({ name, dataType: 'float32', shape: undefined })));
  return new Model(graph, 17);
}

/** Attention over tokens, of which a mask says which count. @param length of the sequence, or its name where it is open */
export function tokenNetwork(length: number | string = 6): Model {
  const dim = 8;
  const inputs = [
    input('input_ids', 'int64', 'batch', length),
    input('attention_mask', 'int64', 'batch', length),
    input('position_ids', 'int64', length),
  ];
  return network(inputs, (build) => {
    const tokens = build.op('Gather', [build.weight(11, dim), 'input_ids']);
    const positions = build.op('Gather', [build.weight(40, dim), 'position_ids']);
    const stream = build.op('Add', [tokens, positions]);
    const hidden = build.op('Relu', [build.linear(stream, dim, dim, 'in')]);
    const [q, k, v] = ['q', 'k', 'v'].map((name) => build.linear(hidden, dim, dim, name)) as [
      string,
      string,
      string,
    ];
    const scores = build.op(
      'MatMul',
      [q, build.op('Transpose', [k], { perm: [0, 2, 1] })],
      {},
      { name: 'scores' },
    );
    const padded = build.op('Equal', [
      build.op('Unsqueeze', ['attention_mask', build.integers('axis', [1])]),
      build.constant('zero', Tensor.int64([], [0])),
    ]);
    const masked = build.op('Where', [padded, build.scalar('never', -1e4), scores]);
    const mixed = build.op('MatMul', [build.op('Softmax', [masked], { axis: -1 }), v], {}, { name: 'mixed' });
    return [build.linear(build.op('ReduceMean', [mixed], { axes: [1], keepdims: 0 }), dim, 3, 'head')];
  });
}

/** Two pictures of different sizes, one of them in bytes. */
export function twoPictures(): Model {
  const inputs = [input('left', 'float32', 'batch', 2, 6, 6), input('right', 'uint8', 'batch', 8, 8, 1)];
  return network(inputs, (build) => {
    const bytes = build.op('Transpose', [build.op('Cast', ['right'], { to: 1 })], { perm: [0, 3, 1, 2] });
    const scaled = build.op('Div', [bytes, build.scalar('white', 255)]);
    const features = (picture: string, channels: number, name: string) => {
      const first = build.op('Relu', [
        build.op('Conv', [picture, build.weight(4, channels, 3, 3)], {}, { name: `${name}.1` }),
      ]);
      const second = build.op('Relu', [
        build.op('Conv', [first, build.weight(5, 4, 3, 3)], {}, { name: `${name}.2` }),
      ]);
      return build.op('Flatten', [build.op('GlobalAveragePool', [second])]);
    };
    const both = build.op('Concat', [features('left', 2, 'a'), features(scaled, 1, 'b')], { axis: 1 });
    return [build.linear(build.op('Relu', [build.linear(both, 10, 6, 'hidden')]), 6, 3, 'head')];
  });
}

/** Features [batch, 5] scaled by a number that all samples share, and two outputs, one of them whole numbers' worth of truth values. */
export function scaledWithTwoOutputs(): Model {
  const inputs = [input('x', 'float64', 'batch', 5), input('scale', 'float32')];
  return network(inputs, (build) => {
    const scaled = build.op('Mul', [build.op('Cast', ['x'], { to: 1 }), 'scale']);
    const hidden = build.op('Relu', [build.linear(scaled, 5, 7, 'one')]);
    const second = build.op('Relu', [build.linear(hidden, 7, 6, 'two')]);
    const y = build.linear(second, 6, 3, 'classes');
    return [y, build.linear(build.op('Relu', [build.linear(second, 6, 4, 'more')]), 4, 2, 'boxes')];
  });
}

/** A perceptron over [sequence·batch, features], as frameworks with the sequence first write it. */
export function sequenceFirst(): Model {
  return network([input('x', 'float32', 'batch', 4, 5)], (build) => {
    const first = build.op('Transpose', ['x'], { perm: [1, 0, 2] });
    const hidden = build.op('Relu', [build.linear(first, 5, 6, 'one')]);
    const merged = build.op('Reshape', [
      build.op('Relu', [build.linear(hidden, 6, 6, 'two')]),
      build.integers('merged', [-1, 6]),
    ]);
    const parted = build.op('Reshape', [
      build.linear(merged, 6, 6, 'three'),
      build.integers('parted', [4, -1, 6]),
    ]);
    return [
      build.linear(
        build.op('ReduceMean', [build.op('Relu', [parted])], { axes: [0], keepdims: 0 }),
        6,
        3,
        'head',
      ),
    ];
  });
}
