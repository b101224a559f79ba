import { describe, expect, expectTypeOf, it } from 'vitest';
import { definePass, type Pass } from './define-pass.ts';
import { Graph } from './graph.ts';
import { Model } from './model.ts';
import { graphAttribute, node } from './node.ts';

function model(): Model {
  const graph = new Graph('any');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
  graph.append(node('Relu', ['x'], ['a']), node('Neg', ['a'], ['y']));
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 2] });
  return new Model(graph, 17);
}

/** Takes out the node that makes a value. */
function remove({ graph }: Model, value: string): number {
  graph.removeNode(graph.producerOf(value)!);
  return 1;
}

const broken =
  "pass 'remove': the graph is not valid:\n  - Neg 'y': reads 'a', which is not produced before it";

describe('definePass', () => {
  it('makes a function that takes the options of the pass and gives what it tells', () => {
    const rename = definePass({
      name: 'rename',
      summary: 'A value gets another name.',
      rewrites: 'input',
      apply({ graph }: Model, from: string, to?: string): string {
        const name = to ?? graph.freshName(from);
        graph.redirectConsumers(from, name);
        graph.update(graph.producerOf(from)!, { outputs: [name] });
        return name;
      },
    });
    expectTypeOf(rename).toEqualTypeOf<Pass<[from: string, to?: string], string>>();
    const changed = model();
    expect([rename(changed, 'a', 'b'), rename(changed, 'b')]).toEqual(['b', 'b_1']);
    expect(changed.graph.nodes[1]!.inputs).toEqual(['b_1']);
    expect({ name: rename.name, rewrites: rename.rewrites }).toEqual({ name: 'rename', rewrites: 'input' });
  });

  it('names a pass that leaves its input invalid', () => {
    const pass = definePass({ name: 'remove', summary: '.', rewrites: 'input', apply: remove });
    expect(() => pass(model(), 'a')).toThrow(broken);
  });

  it('names a pass that returns an invalid copy, alone, with something else or later', async () => {
    const facets = { name: 'remove', summary: '.', rewrites: 'copy' } as const;
    const copied = (of: Model) => {
      const copy = of.clone();
      remove(copy, 'a');
      return copy;
    };
    expect(() => definePass({ ...facets, apply: copied })(model())).toThrow(broken);
    const told = definePass({ ...facets, apply: (of) => ({ model: copied(of), told: 1 }) });
    expect(() => told(model())).toThrow(broken);
    const later = definePass({ ...facets, apply: async (of) => copied(of) });
    await expect(later(model())).rejects.toThrow(broken);
  });

  it('names a pass that changes its input but says that it does not, inside a subgraph too', () => {
    const source = model();
    const body = new Graph('body');
    body.append(node('Abs', ['a'], ['inner']));
    body.addOutput({ name: 'inner', dataType: undefined, shape: undefined });
    source.graph.append(node('Loop', [], ['z'], { body }));
    const quiet = definePass({
      name: 'quiet',
      summary: '.',
      rewrites: 'copy',
      apply(of) {
        const copy = of.clone();
        const inner = graphAttribute(of.graph.nodes.at(-1)!, 'body');
        inner.setInput(inner.nodes[0]!, 0, 'x');
        return copy;
      },
    });
    expect(() => quiet(source)).toThrow(
      "pass 'quiet': expected a rewritten copy, and the model it was given as before, got a changed one. Change a clone of the model, or declare that the pass rewrites its 'input'.",
    );
  });
});
