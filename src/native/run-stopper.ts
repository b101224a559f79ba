import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';

/** Name of the output that a session with a stopper has in front of all others. */
export const stopper = 'transpike.stopper';

/** First version of the standard operators with sequences. */
const opsetOfSequences = 11;

/**
 * The onnxruntime-node binding copies every output to a new array buffer once the run is over, those too that were written
 * to memory it was given. It goes from output to output and throws at the first one that JavaScript has no value for.
 * An empty sequence in front is such an output: asking for it, too, ends the call before anything is copied.
 *
 * @returns a copy of the model with that output, or the model itself where its operators are too old for sequences
 */
export const withStopper = definePass({
  name: 'stopper',
  summary: 'An output is put in front at which the runtime stops copying.',
  rewrites: 'copy',
  apply(model: Model): Model {
    if (model.opset < opsetOfSequences) return model;
    const copy = model.clone();
    copy.graph.append(node('SequenceEmpty', [], [stopper], {}, { name: stopper }));
    copy.graph.setOutputs([{ name: stopper, dataType: undefined, shape: undefined }, ...copy.graph.outputs]);
    return copy;
  },
});

/** Whether a run ended at the stopper, which it only meets after all has been computed. */
export function isStop(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Non tensor type is temporarily not supported');
}
