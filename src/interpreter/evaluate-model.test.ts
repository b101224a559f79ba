import { InferenceSession, Tensor as SessionTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { encodeForSession } from '../files/encode-for-session.ts';
import { Graph, type ValueInfo } from '../graph/graph.ts';
import { Model, type ModelFunction } from '../graph/model.ts';
import { float, type Node, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from './evaluate-model.ts';
import { mapElements, type NdArray, ndArray, scalar } from './nd-array.ts';

const info = (name: string, shape?: ValueInfo['shape']): ValueInfo => ({ name, dataType: 'float32', shape });

function graphOf(inputs: ValueInfo[], outputs: ValueInfo[], nodes: Node[]): Graph {
  const graph = new Graph('net');
  graph.setInputs(inputs);
  graph.setOutputs(outputs);
  graph.setNodes(nodes);
  return graph;
}

/** y = relu(2·x + 1) with names for the values between. */
function smallModel(): Model {
  const graph = graphOf(
    [info('x', ['n', 2])],
    [info('y')],
    [
      node('Mul', ['x', 'two'], ['double']),
      node('Add', ['double', 'one'], ['sum']),
      node('Relu', ['sum'], ['y']),
    ],
  );
  graph.setInitializer('two', Tensor.float32([], [2]));
  graph.setInitializer('one', Tensor.float32([], [1]));
  return new Model(graph, 17);
}

const pair = (...values: number[]) => ndArray([values.length / 2, 2], values);
const list = (array: NdArray | undefined) => [...array!.data];

describe('a model', () => {
  test('gives its outputs, for inputs in a map or a record', () => {
    const expected = new Map([['y', pair(3, 0)]]);
    expect(evaluateModel(smallModel(), { x: pair(1, -4) })).toEqual(expected);
    expect(evaluateModel(smallModel(), new Map([['x', pair(1, -4)]]))).toEqual(expected);
  });

  test('also gives the values to keep: inputs, initializers and what nodes write', () => {
    const keep = new Set(['x', 'two', 'double']);
    const found = evaluateModel(smallModel(), { x: pair(1, -4) }, { keep });
    expect([...found.keys()]).toEqual(['y', 'x', 'two', 'double']);
    expect(list(found.get('double'))).toEqual([2, -8]);
    expect(list(found.get('two'))).toEqual([2]);
  });

  test('passes NaN on', () => {
    expect(list(evaluateModel(smallModel(), { x: pair(Number.NaN, 0) }).get('y'))).toEqual([Number.NaN, 1]);
  });

  test('computes in float64', () => {
    const { data } = evaluateModel(smallModel(), { x: pair(0.1, 1 / 3) }).get('y')!;
    expect([...data]).toEqual([1.2, 2 / 3 + 1]);
  });

  test('may give an initializer for an input that is left out', () => {
    const model = smallModel();
    model.graph.addInput(info('one', []));
    expect(list(evaluateModel(model, { x: pair(1, 1) }).get('y'))).toEqual([3, 3]);
    expect(list(evaluateModel(model, { x: pair(1, 1), one: scalar(5) }).get('y'))).toEqual([7, 7]);
  });
});

describe('an error tells place and remedy', () => {
  test.each([
    [{}, "oracle: graph 'net': expected an input 'x', got none. Give an array for each input of the graph."],
    [{ x: pair(1, 2), z: pair(1, 2) }, "oracle: graph 'net': expected inputs 'x', got 'z'. Leave it out."],
    [
      { x: ndArray([2, 3], [1, 2, 3, 4, 5, 6]) },
      "oracle: graph 'net', input 'x': expected shape [n,2], got [2,3]. Give an array of the shape that the graph declares.",
    ],
    [
      { x: ndArray([2], [1, 2]) },
      "oracle: graph 'net', input 'x': expected shape [n,2], got [2]. Give an array of the shape that the graph declares.",
    ],
  ])('for inputs %#', (inputs: Record<string, NdArray>, message) => {
    expect(() => evaluateModel(smallModel(), inputs)).toThrow(message);
  });

  test('for a value to keep that does not exist', () => {
    expect(() => evaluateModel(smallModel(), { x: pair(1, 2) }, { keep: new Set(['nowhere']) })).toThrow(
      "expected names of its values in keep, got 'nowhere'",
    );
  });

  test('for all unsupported operators at once, before anything is evaluated', () => {
    const model = smallModel();
    const branch = graphOf([], [info('b')], [node('Unknown', ['x'], ['b'], {}, { name: 'inner' })]);
    model.graph.append(node('Fancy', ['y'], ['f'], {}, { domain: 'acme', name: 'odd' }));
    model.graph.append(node('If', ['flag'], ['g'], { then_branch: branch, else_branch: branch.clone() }));
    expect(() => evaluateModel(model, {})).toThrow(
      "oracle: graph 'net' has operators without a float64 meaning. Replace them, or give custom operators.\n" +
        "  - acme.Fancy 'odd'\n" +
        "  - Unknown 'inner'",
    );
  });

  test('for shapes that do not fit, with the name of the node', () => {
    const model = smallModel();
    model.graph.setInitializer('one', Tensor.float32([3], [1, 1, 1]));
    expect(() => evaluateModel(model, { x: pair(1, 2) })).toThrow(
      "Add 'sum': expected shapes that broadcast to a common one, got [1,2] and [3].",
    );
  });

  test('for a node that reads what does not exist', () => {
    const model = smallModel();
    model.graph.append(node('Relu', ['nothing'], ['r']));
    expect(() => evaluateModel(model, { x: pair(1, 2) })).toThrow("Relu 'r': expected a value 'nothing'");
  });

  test('for a missing input of an operator', () => {
    const model = smallModel();
    model.graph.append(node('MatMul', ['y'], ['r'], {}, { name: 'product' }));
    expect(() => evaluateModel(model, { x: pair(1, 2) })).toThrow(
      "MatMul 'product': expected an input at position 1, got none.",
    );
  });
});

describe('a custom operator', () => {
  const triple = (inputs: (NdArray | undefined)[]) => [mapElements(inputs[0]!, (x) => 3 * x)];

  test('is asked before the standard operators', () => {
    const custom = (of: Node) => (of.opType === 'Relu' ? triple : undefined);
    expect(list(evaluateModel(smallModel(), { x: pair(1, -4) }, { custom }).get('y'))).toEqual([9, -21]);
  });

  test('is asked before the functions of the model, and sees the node', () => {
    const model = leakyModel();
    const seen: string[] = [];
    const custom = (of: Node) =>
      of.domain === 'test'
        ? (inputs: (NdArray | undefined)[], called: Node) => {
            seen.push(called.name);
            return triple(inputs);
          }
        : undefined;
    expect(list(evaluateModel(model, { x: pair(-1, 2) }, { custom }).get('y'))).toEqual([-9, 18]);
    expect(seen).toEqual(['first', 'second']);
  });
});

/** A function test.Leaky(x; slope = 0.25) called twice, once with the default. */
function leakyModel(): Model {
  const definition: ModelFunction = {
    name: 'Leaky',
    domain: 'test',
    inputs: ['a', 'unused'],
    outputs: ['b'],
    attributes: [],
    attributeDefaults: new Map([['slope', float(0.25)]]),
    nodes: [
      {
        ...node('LeakyRelu', ['a'], ['b']),
        attributes: new Map([['alpha', { kind: 'reference', value: 'slope', type: 'float' }]]),
      },
    ],
    opsets: new Map([['', 17]]),
    doc: '',
  };
  const options = (name: string) => ({ domain: 'test', name });
  const graph = graphOf(
    [info('x', ['n', 2])],
    [info('y')],
    [
      node('Leaky', ['x'], ['m'], {}, options('first')),
      node('Leaky', ['m'], ['y'], { slope: float(0.5) }, options('second')),
    ],
  );
  const model = new Model(graph, 17);
  model.opsets.set('test', 1);
  model.functions = [definition];
  return model;
}

describe('a function of the model', () => {
  test('sees the attributes of the call or else its defaults', () => {
    expect(list(evaluateModel(leakyModel(), { x: pair(-8, 2) }).get('y'))).toEqual([-1, 2]);
  });

  test('does not see the values around the call', () => {
    const model = leakyModel();
    const [leaky] = model.functions;
    const [first, ...others] = leaky!.nodes;
    model.functions = [{ ...leaky!, nodes: [{ ...first!, inputs: first!.inputs.with(0, 'x') }, ...others] }];
    expect(() => evaluateModel(model, { x: pair(1, 2) })).toThrow("expected a value 'x'");
  });

  test('that calls itself is refused', () => {
    const model = leakyModel();
    const again = node('Leaky', ['a'], ['b'], {}, { domain: 'test', name: 'again' });
    model.functions = [{ ...model.functions[0]!, nodes: [again] }];
    expect(() => evaluateModel(model, { x: pair(1, 2) })).toThrow("test.Leaky 'again': expected a function");
  });

  test('may hold a scan whose body refers to an attribute and captures an input, as in ONNX Runtime', async () => {
    const model = accumulatorModel();
    const x = ndArray([3, 2], [1, -2, 3, 4, -5, 6]);
    const session = await InferenceSession.create(encodeForSession(model));
    const expected = await session.run({
      x: new SessionTensor('float32', Float32Array.from(x.data), [3, 2]),
    });
    const found = evaluateModel(model, { x });
    expect(list(found.get('last'))).toEqual([-3.25, 7.5]);
    expect(list(found.get('all'))).toEqual([1, -2, 3.5, 3, -3.25, 7.5]);
    for (const name of ['last', 'all'])
      expect(list(found.get(name))).toEqual([...(expected[name]!.data as Float32Array)]);
  });
});

/** test.Decay(sequence, start; decay): state = decay·state + x(t) − start, where start is captured by the body. */
function accumulatorModel(): Model {
  const body = graphOf(
    [info('state', [2]), info('now', [2])],
    [info('next', [2]), info('copy', [2])],
    [
      {
        ...node('Constant', [], ['decay']),
        attributes: new Map([['value_float', { kind: 'reference', value: 'decay', type: 'float' }]]),
      },
      node('Mul', ['state', 'decay'], ['kept']),
      node('Add', ['kept', 'now'], ['sum']),
      node('Sub', ['sum', 'start'], ['next']),
      node('Identity', ['next'], ['copy']),
    ],
  );
  const definition: ModelFunction = {
    name: 'Decay',
    domain: 'test',
    inputs: ['sequence', 'start'],
    outputs: ['last', 'all'],
    attributes: ['decay'],
    attributeDefaults: new Map(),
    nodes: [node('Scan', ['start', 'sequence'], ['last', 'all'], { body, num_scan_inputs: 1 })],
    opsets: new Map([['', 17]]),
    doc: '',
  };
  const graph = graphOf(
    [info('x', [3, 2])],
    [info('last'), info('all')],
    [node('Decay', ['x', 'zero'], ['last', 'all'], { decay: float(0.5) }, { domain: 'test' })],
  );
  graph.setInitializer('zero', Tensor.float32([2], [0, 0]));
  const model = new Model(graph, 17);
  model.opsets.set('test', 1);
  model.functions = [definition];
  return model;
}
