import { z } from 'zod';
import { beside, columns, cornersOf } from './box-operators.ts';
import { defineDetectionHead } from './define-detection-head.ts';

/**
 * Detection transformers (Carion et al., 2020, arXiv:2005.12872): outputs `logits` [N, K, C + 1], the last class for nothing, and `pred_boxes`
 * [N, K, 4], centre, width and height as shares of the picture. Each query is one object or none, so nothing is suppressed.
 */
export const detr = defineDetectionHead({
  name: 'detr',
  summary: 'outputs logits [N, K, C + 1] and pred_boxes [N, K, 4], as detection transformers have them',
  options: z.object({}),
  tellingOutputs: ['logits', 'pred_boxes'],
  reads(outputs) {
    const [logits, boxes] = ['logits', 'pred_boxes'].map((name) =>
      outputs.find((each) => each.name === name),
    );
    const fit = boxes?.shape.length === 2 && boxes.shape[1] === 4 && logits?.shape.length === 2;
    const same = fit && boxes.shape[0] === logits.shape[0] && logits.shape[1]! > 1;
    return same ? [logits.name, boxes.name] : undefined;
  },
  suppression: null,
  decode(build, [logits, boxes], { outputs }) {
    const classes = outputs[0]!.shape[1]! - 1;
    const scores = columns(build, build.op('Softmax', [logits!], { axis: -1 }), 0, classes);
    return beside(build, cornersOf(build, boxes!), scores);
  },
});
