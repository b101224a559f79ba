import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { architectures } from '../architectures/architectures.ts';
import { Graph } from '../graph/graph.ts';
import { Tensor } from '../graph/tensor.ts';
import { defineArchitecture, imageInput } from './define-architecture.ts';
import { NetworkBuilder } from './network-builder.ts';

const complete = {
  name: 'toy',
  description: 'A toy',
  matches: () => true,
  config: z.looseObject({ width: z.number() }),
  parse: ({ width }: { width: number }) => ({ width }),
  inputs: ({ width }: { width: number }) => imageInput([3, width, width]),
  outputShape: () => [2],
  build: () => undefined,
};

describe('defineArchitecture', () => {
  it('hands the settings to every facet', () => {
    const network = defineArchitecture(complete).recognise({ width: 4 }, new Map(), 'config.json');
    expect(network.inputs).toEqual([{ name: 'x', dataType: 'float32', shape: ['batch', 3, 4, 4] }]);
    expect(network.outputShape).toEqual([2]);
    expect(network.build().model.graph.name).toBe('toy');
  });

  it('does not compile when a facet is forgotten', () => {
    const { build: _build, ...incomplete } = complete;
    // @ts-expect-error: 'build' is missing
    expect(defineArchitecture(incomplete).name).toBe('toy');
  });

  it('puts all reports of parse into one error', () => {
    const problem = { expected: 'a', got: 'b', remedy: 'Do c' };
    const strict = defineArchitecture({
      ...complete,
      parse: ({ width }, _tensors, report) => {
        report({ where: 'first', ...problem });
        report({ where: 'second', ...problem });
        return { width };
      },
    });
    expect(() => strict.recognise({ width: 4 }, new Map(), 'here/config.json')).toThrow(
      "here/config.json: cannot be read as a configuration of 'toy'.\n  - first: expected a, got b. Do c.\n  - second: expected a, got b. Do c.",
    );
  });
});

describe('every architecture', () => {
  it.each(architectures)(
    '$name has a kebab-case name, a description, and recognises nothing in nothing',
    (each) => {
      expect(each.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(each.description).not.toBe('');
      for (const config of [undefined, null, 1, 'text', [], {}])
        expect(each.matches(config, new Set())).toBe(false);
    },
  );

  it('has a name of its own', () => {
    expect(new Set(architectures.map(({ name }) => name)).size).toBe(architectures.length);
  });
});

describe('NetworkBuilder', () => {
  const ones = Tensor.float32([2], [1, 1]);

  it('puts a weight into the graph once, under its own name', () => {
    const net = new NetworkBuilder(new Graph('toy'), new Map([['w', ones]]));
    expect([net.weight('w', [2]), net.weight('w', [2])]).toEqual(['w', 'w']);
    expect([...net.graph.initializers.keys()]).toEqual(['w']);
    expect(net.problems([])).toEqual([]);
  });

  it('names what is missing, misshapen and unused', () => {
    const tensors = new Map(
      ['w', 'left', 'pooler.weight', 'bn.num_batches_tracked'].map((name) => [name, ones]),
    );
    const net = new NetworkBuilder(new Graph('toy'), tensors);
    net.weight('w', [3]);
    net.weight('b', [3]);
    expect(net.shapeOf('m', 2)).toEqual([1, 1]);
    expect(net.problems([/^pooler\./])).toEqual([
      "tensor 'w': expected shape [3], got float32 [2]",
      "tensor 'b': expected shape [3], got no such tensor",
      "tensor 'm': expected 2 axes, to take the network's sizes from, got no such tensor. Export or download the weights again.",
      "tensor 'left': expected none of this name, got float32 [2]",
    ]);
  });
});
