import { definePass } from '../../graph/define-pass.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import type { ParameterLayout } from './parameter-layout.ts';

/**
 * Replaces constants of a graph by views on one flat input vector, which keep the names of the constants.
 *
 * The input is float32 [layout.size]; nothing happens if the layout is empty.
 */
export const readFromVector = definePass({
  name: 'read-from-vector',
  summary: 'Constants become views on one flat input.',
  rewrites: 'input',
  apply({ graph }: Model, { entries, size }: ParameterLayout, input: string): void {
    if (entries.length === 0) return;
    graph.addInput({ name: input, dataType: 'float32', shape: [size] });
    for (const { name } of entries) graph.removeInitializer(name);
    const lengths = graph.addInitializer(
      `${input}.lengths`,
      Tensor.int64(
        [entries.length],
        entries.map((each) => each.size),
      ),
    );
    const parts = entries.map(({ name }) => `${input}/${name}`);
    const views = entries.map(({ name, shape }, i) => {
      const target = graph.addInitializer(`${parts[i]}.shape`, Tensor.int64([shape.length], [...shape]));
      return node('Reshape', [parts[i]!, target], [name]);
    });
    graph.prepend(node('Split', [input, lengths], parts, { axis: 0 }, { name: `${input}.parts` }), ...views);
  },
});

/** Joins values of any shape into one flat vector. */
export function joinFlat(build: GraphBuilder, values: readonly string[]): string {
  const flat = build.integers('flat', [-1]);
  const parts = values.map((value) => build.op('Reshape', [value, flat]));
  return parts.length === 1 ? parts[0]! : build.op('Concat', parts, { axis: 0 });
}
