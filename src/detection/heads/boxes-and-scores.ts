import { beside, sharesOf } from './box-operators.ts';
import { boxUnit } from './box-unit.ts';
import { defineDetectionHead } from './define-detection-head.ts';

/** Decoded boxes: outputs `boxes` [N, K, 4], corners, and `scores` [N, K, C]. */
export const boxesAndScores = defineDetectionHead({
  name: 'boxes-and-scores',
  summary: 'outputs boxes [N, K, 4], corners in pixels, and scores [N, K, C]',
  options: boxUnit,
  tellingOutputs: ['boxes', 'scores'],
  reads(outputs) {
    const [boxes, scores] = ['boxes', 'scores'].map((name) => outputs.find((each) => each.name === name));
    const fit = boxes?.shape.length === 2 && boxes.shape[1] === 4 && scores?.shape.length === 2;
    return fit && boxes.shape[0] === scores.shape[0] ? [boxes.name, scores.name] : undefined;
  },
  suppression: 0.5,
  decode(build, [boxes, scores], { options, pictureSize }) {
    const shares = options.unit === 'shares' ? boxes! : sharesOf(build, boxes!, pictureSize());
    return beside(build, shares, scores!);
  },
});
