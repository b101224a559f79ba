import { expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { engines } from './engines.ts';
import { createOracleEngine } from './oracle-engine.ts';
import { planRun } from './plan-run.ts';

const images = { shape: [6, 3], data: Float32Array.from({ length: 18 }, (_, i) => Math.sin(3 * i)) };

/** A network whose output is the number of the best class. */
function decider(): Model {
  const graph = new Graph('decider');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 3] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant('w', Tensor.float32([3, 3], [1, -2, 3, -1, 2, -3, 2, 1, -1]));
  const layer = (input: string) => build.op('MatMul', [input, weight]);
  const logits = layer(build.op('Relu', [layer(build.op('Relu', [layer('x')]))]));
  build.op('ArgMax', [logits], { axis: 1, keepdims: 0 }, { name: 'class' });
  graph.setOutputs([{ name: 'class', dataType: 'int64', shape: ['batch'] }]);
  return new Model(graph, 17);
}

it.each(['fast', 'in-graph'] as const)(
  'integers that a network decides by are carried along: %s',
  async (name) => {
    const { model } = await convert(decider(), { method: ecmt, steps: 3, calibration: () => [images] });
    const plan = planRun(model);
    const engine = await engines[name](plan, {});
    const { logits } = await engine.run(images).finally(() => engine.close());
    const exact = await createOracleEngine(plan).run(images);
    expect(logits.shape).toEqual([3, 6]);
    expect([...logits.data]).toEqual([...exact.logits.data]);
    expect(new Set(logits.data).size).toBeGreaterThan(1);
  },
);
