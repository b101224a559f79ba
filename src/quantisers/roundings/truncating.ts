import { defineRounding } from './define-rounding.ts';

/**
 * Each weight is cut off towards 0, the scale being that of the largest weight (as in the code of Wu, Yi, Huang, 2022, arXiv:2103.00944).
 *
 * Differs from the code: a scale for each output channel instead of one for a layer, and the largest weight is 2^(b−1) − 1.
 */
export const truncating = defineRounding({
  name: 'truncating',
  summary: 'each weight by itself, cut off towards 0, on the scale of the largest',
  readsInputs: false,
  scalesByLargest: true,
  round: (channels, { scales, most }) =>
    channels.map((values, channel) =>
      Int8Array.from(values, (value) => {
        // The largest weight is a whole number but for the rounding of its scale.
        const code = Math.trunc((value / scales[channel]!) * (1 + 1e-6));
        return Math.min(Math.max(code, -most), most);
      }),
    ),
});
