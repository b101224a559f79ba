import { describe, expect, it } from 'vitest';
import { fc } from '../properties.fixture.ts';
import { Graph, type Node } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { Model } from './model.ts';
import { graphAttribute, node } from './node.ts';
import { subgraphsOf } from './operation.ts';
import { Tensor } from './tensor.ts';

const names = ['a', 'b', 'c', 'a_1', 'a_2', 'b_1', ''];
const name = fc.constantFrom(...names);
const some = fc.array(name, { maxLength: 3 });

/** One edit, with numbers that choose the graph and the node that it is done to. */
interface Edit {
  readonly kind: string;
  readonly graph: number;
  readonly at: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nested: boolean;
}

const info = (each: string) => ({ name: each, dataType: undefined, shape: undefined });
const tensor = Tensor.float32([], [1]);
let made = 0;

function newNode({ inputs, outputs, nested }: Edit): Node {
  made++;
  const body = new Graph(`body ${made}`);
  return node('Any', inputs, outputs, nested ? { body } : {}, { name: `node ${made}` });
}

/** Edits by name; those that need a node are given one. */
const editsOfGraphs: Readonly<Record<string, (graph: Graph, edit: Edit) => void>> = {
  append: (graph, edit) => graph.append(newNode(edit), newNode(edit)),
  prepend: (graph, edit) => graph.prepend(newNode(edit), newNode(edit)),
  redirectConsumers: (graph, { inputs: [from = 'a', to = 'b'] }) =>
    from !== '' && graph.redirectConsumers(from, to),
  setInitializer: (graph, { inputs: [first = 'a'] }) => graph.setInitializer(first, tensor),
  removeInitializer: (graph, { inputs: [first = 'a'] }) => graph.removeInitializer(first),
  setInputs: (graph, { inputs }) => graph.setInputs(inputs.map(info)),
  addInput: (graph, { inputs }) => graph.addInput(...inputs.map(info)),
  setOutputs: (graph, { outputs }) => graph.setOutputs(outputs.map(info)),
  addOutput: (graph, { outputs }) => graph.addOutput(...outputs.map(info)),
  removeDeadNodes: (graph) => graph.removeDeadNodes(),
  setNodes: (graph) => graph.setNodes(graph.nodes.toReversed()),
  freshName: (graph, { inputs: [hint = 'a'] }) =>
    graph.append(node('Any', [], [graph.freshName(hint)], {}, { name: `node ${++made}` })),
};
const editsOfNodes: Readonly<Record<string, (graph: Graph, edit: Edit, at: Node) => void>> = {
  insertBefore: (graph, edit, at) => graph.insertBefore(at, newNode(edit), newNode(edit)),
  insertAfter: (graph, edit, at) => graph.insertAfter(at, newNode(edit), newNode(edit)),
  replaceNode: (graph, edit, at) => graph.replaceNode(at, newNode(edit)),
  removeNode: (graph, _, at) => graph.removeNode(at),
  update: (graph, edit, at) => graph.update(at, edit.nested ? newNode(edit) : { outputs: edit.outputs }),
  setInput: (graph, { at: position, inputs: [value = 'a'] }, at) => graph.setInput(at, position % 4, value),
};

const edits = fc.array(
  fc.record<Edit>({
    kind: fc.constantFrom(...Object.keys(editsOfGraphs), ...Object.keys(editsOfNodes)),
    graph: fc.nat(),
    at: fc.nat(),
    inputs: some,
    outputs: some,
    nested: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

/** A graph and all that are nested in it. */
function allGraphs(graph: Graph): Graph[] {
  return [graph, ...graph.nodes.flatMap(subgraphsOf).flatMap(allGraphs)];
}

function apply(root: Graph, edit: Edit): void {
  const graphs = allGraphs(root);
  const graph = graphs[edit.graph % graphs.length]!;
  const at = graph.nodes[edit.at % Math.max(1, graph.nodes.length)];
  editsOfGraphs[edit.kind]?.(graph, edit);
  if (at) editsOfNodes[edit.kind]?.(graph, edit, at);
}

/** All that can be looked up. */
function answers(graph: Graph) {
  return {
    captured: [...graph.capturedValues()].sort(),
    values: names.map((each) => [
      graph.producerOf(each)?.name,
      graph.consumersOf(each).map((reader) => reader.name),
      graph.has(each),
      graph.isInput(each),
      graph.isOutput(each),
      graph.freshName(each),
    ]),
  };
}

describe('a graph that is edited', () => {
  it('answers at every time as a new graph with the same nodes does, and so do its subgraphs', () => {
    fc.assert(
      fc.property(edits, (list) => {
        const root = new Graph('root');
        for (const edit of list) {
          apply(root, edit);
          const fresh = root.clone();
          expect(allGraphs(root).map(answers)).toEqual(allGraphs(fresh).map(answers));
          expect(root.nodes).toEqual(fresh.nodes);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read where a subgraph of a subgraph has come to read it', () => {
    const [outer, middle, inner] = [new Graph('outer'), new Graph('middle'), new Graph('inner')];
    middle.append(node('If', ['flag'], ['y'], { then_branch: inner }));
    outer.append(node('Abs', ['x'], ['a']), node('If', ['flag'], ['y'], { then_branch: middle }));
    expect(outer.consumersOf('a')).toEqual([]);
    inner.append(node('Neg', ['a'], ['n']));
    expect(outer.consumersOf('a').map(({ opType }) => opType)).toEqual(['If']);
    inner.setInput(inner.nodes[0]!, 0, 'x');
    expect(outer.consumersOf('a')).toEqual([]);
    expect(outer.consumersOf('x').map(({ opType }) => opType)).toEqual(['Abs', 'If']);
  });

  it('does not show later edits in a list of nodes that was asked for before', () => {
    const graph = new Graph('any');
    graph.append(node('Abs', ['x'], ['a']));
    const before = graph.nodes;
    graph.append(node('Neg', ['a'], ['b']));
    expect(before).toHaveLength(1);
    expect(graph.nodes).toHaveLength(2);
  });

  it('keeps nodes in order wherever 1,000 of them are put in one after the other', () => {
    const graph = new Graph('any');
    const [first, last] = [node('Any', ['x'], ['first']), node('Any', ['x'], ['last'])];
    graph.append(first, last);
    for (let i = 0; i < 1000; i++) graph.insertBefore(last, node('Any', ['x'], [`before ${i}`]));
    for (let i = 0; i < 1000; i++) graph.insertAfter(first, node('Any', ['x'], [`after ${i}`]));
    expect(graph.consumersOf('x').map(({ name: each }) => each)).toEqual([
      'first',
      ...Array.from({ length: 1000 }, (_, i) => `after ${999 - i}`),
      ...Array.from({ length: 1000 }, (_, i) => `before ${i}`),
      'last',
    ]);
  });

  it('counts names that have become free again', () => {
    const graph = new Graph('any');
    const build = new GraphBuilder(graph);
    const values = Array.from({ length: 4 }, () => build.op('Relu', ['x']));
    expect(values).toEqual(['relu', 'relu_1', 'relu_2', 'relu_3']);
    graph.removeNode(graph.producerOf('relu_2')!);
    expect([build.op('Relu', ['x']), build.op('Relu', ['x'])]).toEqual(['relu_2', 'relu_4']);
  });

  it('refuses a node or a subgraph that stands somewhere else', () => {
    const [graph, other] = [new Graph('one'), new Graph('other')];
    const body = new Graph('body');
    const loop = node('Loop', [], ['y'], { body });
    graph.append(loop);
    expect(() => other.append(loop)).toThrow(
      "graph 'other': expected a node that is not in use, got node 'y', which is. Put in a copy (cloneNode).",
    );
    expect(() => other.append({ ...loop })).toThrow(
      "graph 'other': expected a subgraph that is not in use, got subgraph 'body' of node 'y', which is.",
    );
    expect(other.nodes).toEqual([]);
    graph.removeNode(loop);
    other.append(loop);
    expect(other.nodes).toEqual([loop]);
  });
});

describe('Model', () => {
  it('clones so that edits of the copy leave the original alone, those inside functions too', () => {
    const body = new Graph('body');
    body.append(node('Abs', ['x'], ['y']));
    const model = new Model(new Graph('any'), 17);
    model.functions.push({
      name: 'Repeat',
      domain: 'test',
      inputs: ['x'],
      outputs: ['y'],
      attributes: [],
      attributeDefaults: new Map(),
      nodes: [node('Loop', [], ['y'], { body })],
      opsets: new Map([['', 17]]),
      doc: '',
    });
    const copied = graphAttribute(model.clone().functions[0]!.nodes[0]!, 'body');
    copied.removeNode(copied.nodes[0]!);
    expect(body.nodes).toHaveLength(1);
  });
});
