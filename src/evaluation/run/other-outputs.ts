import { logitsOf } from '../../analysis/logits-of.ts';
import type { Model } from '../../graph/model.ts';

/** Names of the outputs that a network does not decide by. They are carried along, and their error is told. */
export function otherOutputsOf(model: Model): string[] {
  const decisive = logitsOf(model).name;
  return model.graph.outputs.map(({ name }) => name).filter((name) => name !== decisive);
}
