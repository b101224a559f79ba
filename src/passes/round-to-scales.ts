import { keptScales } from '../analysis/kept-scales.ts';
import { definePass } from '../graph/define-pass.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';

/** Rounds values of a quantised network to whole numbers of their steps again: those that no neurons will round. */
export const roundToScales = definePass({
  name: 'round-to-scales',
  summary: 'Values of a quantised network that no neurons carry are rounded to its steps.',
  rewrites: 'input',
  /** @param carried values that neurons round */
  apply(model, carried: ReadonlySet<string>) {
    const left = [...keptScales(model)].filter(([value]) => model.graph.has(value) && !carried.has(value));
    for (const [value, { scale }] of left) {
      const readers = new Set(model.graph.consumersOf(value));
      const build = GraphBuilder.behind(model.graph, value, `${value}.rounded.`);
      const step = build.scalar('step', scale);
      const count = build.op('Round', [build.op('Div', [value, step])]);
      const rounded = build.op('Mul', [count, step]);
      const others = model.graph.consumersOf(value).filter((reader) => !readers.has(reader));
      model.graph.redirectConsumers(value, rounded, new Set(others));
    }
    return left.length;
  },
});
