import { constantTensor } from '../analysis/constant-tensor.ts';
import type { SourceStructure } from '../analysis/source-structure.ts';
import { Tensor } from '../graph/tensor.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { withKnownLengths } from '../sessions/known-lengths.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { sampleBatch } from '../sessions/sample-inputs.ts';

/** The numbers of all weights; those that the graph computes from others, such as transposed ones, the runtime reads. */
export async function readWeights({
  model: source,
  operators,
}: Pick<SourceStructure, 'model' | 'operators'>): Promise<Map<string, Tensor>> {
  const values = operators.flatMap(({ weights }) => weights.map(({ value }) => value));
  const known = values.map((value) => [value, constantTensor(source.graph, value)] as const);
  const computed = known.filter(([, tensor]) => !tensor).map(([value]) => value);
  const tensors = new Map(known.flatMap(([value, tensor]) => (tensor ? [[value, tensor]] : [])));
  if (computed.length === 0) return tensors;
  const session = await OrtSession.create(exposeValues(source, computed, false), { optimise: 'none' });
  const inputs = sampleBatch(await withKnownLengths(source));
  const read = await session.run(inputs).finally(() => session.release());
  for (const [value, { shape, data }] of read) tensors.set(value, Tensor.float32(shape, data));
  return tensors;
}
