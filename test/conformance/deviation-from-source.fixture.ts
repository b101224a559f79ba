import { evaluateSource } from '../../src/engines/evaluate-source.fixture.ts';
import { createInGraphEngine } from '../../src/engines/in-graph-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import type { FloatTensor } from '../../src/graph/float-tensor.ts';
import type { Model } from '../../src/graph/model.ts';

/** Relative error ‖y − x‖ / ‖x‖ of a spiking network's logits after the last step, x those of its source in float64. */
export async function deviationFromSource(
  source: Model,
  spiking: Model,
  images: FloatTensor,
): Promise<number> {
  const engine = await createInGraphEngine(planRun(spiking));
  const { logits } = await engine.run(images);
  await engine.close();
  const expected = evaluateSource(source, images).data;
  const last = logits.data.subarray(-expected.length);
  const squares = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x * x, 0);
  return Math.sqrt(squares(last.map((value, i) => value - expected[i]!)) / squares(expected));
}
