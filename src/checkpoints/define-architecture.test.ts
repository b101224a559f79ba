import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { architectures } from '../architectures/architectures.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { defineArchitecture } from './define-architecture.ts';
import { WeightSource } from './weight-source.ts';

const complete = {
  name: 'toy',
  description: 'A toy',
  matches: () => true,
  config: z.looseObject({ width: z.number() }),
  parse: ({ width }: { width: number }) => ({ width }),
  expectedTensors: () => ({ required: new Map(), unused: [] }),
  inputShape: ({ width }: { width: number }) => [3, width, width],
  numClasses: () => 2,
  build: () => new Model(new Graph('toy'), 17),
};

describe('defineArchitecture', () => {
  it('hands the settings to every facet', () => {
    const network = defineArchitecture(complete).recognise({ width: 4 }, new Map(), 'config.json');
    expect(network.inputShape).toEqual([3, 4, 4]);
    expect(network.numClasses).toBe(2);
    expect(network.build(new WeightSource(new Map())).graph.name).toBe('toy');
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

describe('WeightSource', () => {
  it('refuses a weight that no check has seen', () => {
    const builder = new GraphBuilder(new Graph('toy'));
    expect(() => new WeightSource(new Map()).value(builder, 'w')).toThrow(
      "weight 'w': expected a tensor of the checkpoint, got none of that name. Name it in expectedTensors of the architecture, so that opening the checkpoint checks it.",
    );
  });
});
