import { InferenceSession, Tensor as SessionTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { encodeForSession } from '../../files/encode-for-session.ts';
import type { DataType } from '../../graph/data-type.ts';
import { Graph, type ValueInfo } from '../../graph/graph.ts';
import { Model } from '../../graph/model.ts';
import { type AttributeInputs, type Node, node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../evaluate-model.ts';
import { ndArray } from '../nd-array.ts';

type Info = [name: string, shape: number[], dataType?: DataType];

const info = ([name, shape, dataType = 'float32']: Info): ValueInfo => ({ name, shape, dataType });

function graphOf(inputs: Info[], outputs: Info[], nodes: Node[], name = 'body'): Graph {
  const graph = new Graph(name);
  graph.setInputs(inputs.map(info));
  graph.setOutputs(outputs.map(info));
  graph.setNodes(nodes);
  return graph;
}

const x = ndArray([3, 2], [1, -2, 3, 4, -5, 6]);

/** What the oracle gives for one input x [3, 2], after a check that ONNX Runtime gives the same. */
async function evaluated(outputs: string[], nodes: Node[], constants: Record<string, Tensor>) {
  const graph = graphOf([['x', [3, 2]]], [], nodes, 'net');
  graph.setOutputs(outputs.map((name) => ({ name, dataType: undefined, shape: undefined })));
  for (const [name, tensor] of Object.entries(constants)) graph.setInitializer(name, tensor);
  const model = new Model(graph, 17);
  const session = await InferenceSession.create(encodeForSession(model));
  const expected = await session.run({ x: new SessionTensor('float32', Float32Array.from(x.data), [3, 2]) });
  const found = evaluateModel(model, { x });
  return outputs.map((name) => {
    const { shape, data } = found.get(name)!;
    expect(shape).toEqual(expected[name]!.dims);
    expect([...data]).toEqual(Array.from(expected[name]!.data as Float32Array));
    return [...data];
  });
}

describe('Scan', () => {
  const runningSum = () =>
    graphOf(
      [
        ['sum', [2]],
        ['now', [2]],
      ],
      [
        ['next', [2]],
        ['copy', [2]],
      ],
      [node('Add', ['sum', 'now'], ['next']), node('Identity', ['next'], ['copy'])],
    );
  const scan = (attributes: AttributeInputs = {}) =>
    node('Scan', ['zero', 'x'], ['last', 'all'], { body: runningSum(), num_scan_inputs: 1, ...attributes });
  const zero = Tensor.float32([2], [0, 0]);

  test('gives the last state and stacks what each step gave', async () => {
    expect(await evaluated(['last', 'all'], [scan()], { zero })).toEqual([
      [-1, 8],
      [1, -2, 4, 2, -1, 8],
    ]);
  });

  test('runs backwards and stacks backwards on request', async () => {
    const backwards = scan({ scan_input_directions: [1] });
    expect(await evaluated(['all'], [backwards], { zero })).toEqual([[-5, 6, -2, 10, -1, 8]]);
    const both = scan({ scan_input_directions: [1], scan_output_directions: [1] });
    expect(await evaluated(['all'], [both], { zero })).toEqual([[-1, 8, -2, 10, -5, 6]]);
  });

  test('slices and stacks along other axes', async () => {
    const body = runningSum();
    body.setInputs([info(['sum', [3]]), info(['now', [3]])]);
    body.setOutputs([info(['next', [3]]), info(['copy', [3]])]);
    const along = scan({ body, scan_input_axes: [1], scan_output_axes: [-1] });
    const [all] = await evaluated(['all'], [along], { zero: Tensor.float32([3], [0, 0, 0]) });
    expect(all).toEqual([1, -1, 3, 7, -5, 1]);
  });
});

describe('Loop', () => {
  /** total += x[i] while the first element of total stays below 3.5. */
  const body = () =>
    graphOf(
      [
        ['i', [], 'int64'],
        ['going', [], 'bool'],
        ['total', [2]],
      ],
      [
        ['below', [], 'bool'],
        ['next', [2]],
        ['double', [2]],
      ],
      [
        node('Gather', ['x', 'i'], ['row']),
        node('Add', ['total', 'row'], ['next']),
        node('Add', ['next', 'next'], ['double']),
        node('Gather', ['next', 'zeroth'], ['first']),
        node('Less', ['first', 'limit'], ['below']),
      ],
    );
  const constants = (times: number) => ({
    times: Tensor.int64([], [times]),
    zeroth: Tensor.int64([], [0]),
    limit: Tensor.float32([], [3.5]),
    start: Tensor.float32([2], [0, 0]),
  });
  const loop = (...inputs: string[]) =>
    node('Loop', [...inputs, 'start'], ['end', 'doubles'], { body: body() });

  test('ends when its condition turns false', async () => {
    expect(await evaluated(['end', 'doubles'], [loop('times', '')], constants(3))).toEqual([
      [4, 2],
      [2, -4, 8, 4],
    ]);
  });

  test('ends when it has run as often as asked', async () => {
    expect(await evaluated(['end', 'doubles'], [loop('times', '')], constants(1))).toEqual([
      [1, -2],
      [2, -4],
    ]);
  });

  test('may run not at all', async () => {
    expect(await evaluated(['end', 'doubles'], [loop('times', '')], constants(0))).toEqual([[0, 0], []]);
  });
});

test('If evaluates the branch that the condition chooses, with values from around', async () => {
  const branch = (opType: string) => graphOf([], [['b', [3, 2]]], [node(opType, ['x'], ['b'])]);
  const choose = () =>
    node('If', ['flag'], ['y'], { then_branch: branch('Neg'), else_branch: branch('Abs') });
  const flag = (value: number) => ({
    flag: new Tensor('bool', [], { kind: 'memory', bytes: Uint8Array.of(value) }),
  });
  expect(await evaluated(['y'], [choose()], flag(1))).toEqual([[-1, 2, -3, -4, 5, -6]]);
  expect(await evaluated(['y'], [choose()], flag(0))).toEqual([[1, 2, 3, 4, 5, 6]]);
});
