import { describe, expect, it } from 'vitest';
import type { Placement } from '../analysis/placement.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';
import { fewSpikes } from './few-spikes.ts';

const [bits, lsb, width] = [4, 0.25, 80];
/** From −5 to 4.875 in halves of the last digit, so that half of them are multiples of it. */
const data = Float32Array.from({ length: width }, (_, i) => (i - 40) / 8);

function oneSite(): Model {
  const graph = new Graph('one-site');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', width] }]);
  graph.append(node('Identity', ['x'], ['carried']), node('Identity', ['carried'], ['y']));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', width] }]);
  const place: Placement = { name: 'site', value: 'carried', readers: [{ node: 'y', input: 0 }] };
  const neurons = {
    neuron: fewSpikes,
    attributes: { bits, strict: true },
    parameters: { thresholdPositive: lsb, thresholdNegative: lsb },
  };
  return toSpikingForm(new Model(graph, 17), [{ ...place, ...neurons }], 2);
}

describe('a strict few-spikes neuron', () => {
  it('tells in one window the multiple of the last digit that is below its value, in every engine', async () => {
    const expected = Array.from(data, (x) => {
      const told = lsb * Math.min(Math.ceil(Math.abs(x) / lsb) - 1, 2 ** bits - 1);
      return x === 0 ? 0 : Math.sign(x) * told + 0;
    });
    for (const make of [createOracleEngine, createInGraphEngine, createSegmentedEngine]) {
      const engine = await make(planRun(oneSite()));
      const { logits } = await engine.run({ shape: [1, width], data }).finally(() => engine.close());
      expect(Array.from(logits.data.subarray(0, width), (value) => value + 0)).toEqual(expected);
    }
  });
});
