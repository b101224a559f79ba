import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model, ModelFunction } from '../graph/model.ts';
import { float, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { expectSameNumbers, networkOf, operatorsOf, weight } from './compare-in-runtime.fixture.ts';
import { foldConditions } from './fold-conditions.ts';
import { inlineFunctions } from './inline-functions.ts';

const opsets = new Map([['', 17]]);

const linear: ModelFunction = {
  name: 'Linear',
  domain: 'mine',
  inputs: ['a', 'w', 'b'],
  outputs: ['y'],
  attributes: [],
  attributeDefaults: new Map([['alpha', float(0.5)]]),
  nodes: [
    node('MatMul', ['a', 'w'], ['m']),
    node('Add', ['m', 'b'], ['s']),
    {
      ...node('LeakyRelu', ['s'], ['y']),
      attributes: new Map([['alpha', { kind: 'reference', value: 'alpha', type: 'float' }]]),
    },
  ],
  opsets,
  doc: '',
};

/** Calls another function twice. */
const twice: ModelFunction = {
  ...linear,
  name: 'Twice',
  outputs: ['z', 'copy'],
  attributeDefaults: new Map(),
  nodes: [
    node('Linear', ['a', 'w', 'b'], ['m'], {}, { domain: 'mine' }),
    node('Linear', ['m', 'w', 'b'], ['z'], { alpha: float(0.1) }, { domain: 'mine' }),
    node('Identity', ['a'], ['copy']),
  ],
  opsets: new Map([...opsets, ['mine', 1]]),
};

function withFunctions(model: Model): Model {
  model.opsets.set('mine', 1);
  model.functions = [linear, twice];
  return model;
}

describe('inlineFunctions', () => {
  it('puts the operators of functions, and of those that they call, in the place of calls', async () => {
    const source = withFunctions(
      networkOf({ x: [2, 3] }, (build) => {
        const inputs = ['x', weight(build, 'w', [3, 3]), weight(build, 'b', [3])];
        const [z, a] = build.ops('Twice', inputs, 2, {}, { domain: 'mine' });
        const again = build.op('Linear', [z!, ...inputs.slice(1)], {}, { domain: 'mine' });
        return [again, a!];
      }),
    );
    const model = await expectSameNumbers(source, [inlineFunctions]);
    const once = ['MatMul', 'Add', 'LeakyRelu'];
    expect(operatorsOf(model)).toEqual([...once, ...once, 'Identity', ...once]);
    expect(model.functions).toEqual([]);
  });

  it('leaves a function of another operator set alone', () => {
    const source = withFunctions(
      networkOf({ x: [2, 3] }, (build) => {
        const inputs = ['x', weight(build, 'w', [3, 3]), weight(build, 'b', [3])];
        return [build.op('Linear', inputs, {}, { domain: 'mine' })];
      }),
    );
    source.functions = [{ ...linear, opsets: new Map([['', 13]]) }];
    expect(inlineFunctions(source)).toBe(0);
  });

  it('reaches functions that are called inside a branch', async () => {
    const source = withFunctions(
      networkOf({ x: [2, 3] }, (build) => {
        const inputs = ['x', weight(build, 'w', [3, 3]), weight(build, 'b', [3])];
        const branch = (name: string) => {
          const graph = new Graph(name);
          const y = new GraphBuilder(graph, `${name}.`).op('Linear', inputs, {}, { domain: 'mine' });
          graph.setOutputs([{ name: y, dataType: 'float32', shape: undefined }]);
          return graph;
        };
        const sum = build.op('ReduceSum', ['x'], { keepdims: 0 });
        const positive = build.op('Greater', [sum, build.scalar('zero', 0)]);
        return [build.op('If', [positive], { then_branch: branch('t'), else_branch: branch('e') })];
      }),
    );
    const model = await expectSameNumbers(source, [inlineFunctions, foldConditions]);
    expect(operatorsOf(model)).toEqual(['ReduceSum', 'Greater', 'If']);
    expect(model.functions).toEqual([]);
  });
});

describe('foldConditions', () => {
  /** If with branches 2·x·w and x + 1, on a condition. */
  function conditional(condition: (build: GraphBuilder) => string): Model {
    return networkOf({ x: [1, 3, 3] }, (build) => {
      const branch = (name: string, body: (inner: GraphBuilder) => string) => {
        const graph = new Graph(name);
        graph.setOutputs([
          { name: body(new GraphBuilder(graph, `${name}.`)), dataType: 'float32', shape: undefined },
        ]);
        return graph;
      };
      const taken = branch('t', (inner) => {
        const w = inner.constant('w', Tensor.float32([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        return inner.op('MatMul', [inner.op('Add', ['x', 'x']), w]);
      });
      const other = branch('e', (inner) => inner.op('Add', ['x', inner.scalar('one', 1)]));
      return [build.op('If', [condition(build)], { then_branch: taken, else_branch: other })];
    });
  }

  const bool = (value: number) => new Tensor('bool', [], { kind: 'memory', bytes: Uint8Array.of(value) });

  it('takes the branch of a constant', async () => {
    const yes = await expectSameNumbers(
      conditional((build) => build.constant('c', bool(1))),
      [foldConditions],
    );
    expect(operatorsOf(yes)).toEqual(['Add', 'MatMul']);
    const no = await expectSameNumbers(
      conditional((build) => build.constant('c', bool(0))),
      [foldConditions],
    );
    expect(operatorsOf(no)).toEqual(['Add']);
  });

  it('takes the branch that declared lengths decide', async () => {
    const source = conditional((build) => {
      const length = build.op('Gather', [build.op('Shape', ['x']), build.integers('axis', [1])]);
      const same = build.op('Equal', [length, build.integers('three', [3])]);
      return build.op('Not', [build.op('Not', [same])]);
    });
    const model = await expectSameNumbers(source, [foldConditions]);
    expect(operatorsOf(model)).not.toContain('If');
  });

  it('leaves what the data decide', () => {
    const source = conditional((build) =>
      build.op('Greater', [build.op('ReduceSum', ['x'], { keepdims: 0 }), build.scalar('zero', 0)]),
    );
    expect(foldConditions(source)).toBe(0);
  });
});
