import { beside, columns, cornersOf, sharesOf } from './box-operators.ts';
import { boxUnit } from './box-unit.ts';
import { defineDetectionHead } from './define-detection-head.ts';

/** Networks without anchors: one output [N, 4 + C, K], centre, width and height of each box and the scores of its classes. */
export const yolo = defineDetectionHead({
  name: 'yolo',
  summary:
    'one output [N, 4 + C, K], centre, width and height in pixels and scores, as YOLOv8 and later are exported',
  options: boxUnit,
  tellingOutputs: [],
  reads(outputs) {
    const [first] = outputs;
    return first?.shape.length === 2 && first.shape[0]! > 4 ? [first.name] : undefined;
  },
  suppression: 0.7,
  decode(build, [value], { options, outputs, pictureSize }) {
    const rows = build.op('Transpose', [value!], { perm: [0, 2, 1] });
    const corners = cornersOf(build, columns(build, rows, 0, 4));
    const shares = options.unit === 'shares' ? corners : sharesOf(build, corners, pictureSize());
    return beside(build, shares, columns(build, rows, 4, outputs[0]!.shape[0]!));
  },
});
