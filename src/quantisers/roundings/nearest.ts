import { defineRounding } from './define-rounding.ts';

/** Each weight becomes the nearest whole number of its scale; halves go up. */
export const nearest = defineRounding({
  name: 'nearest',
  summary: 'each weight by itself, to the nearest number',
  readsInputs: false,
  round: (channels, { scales, most }) =>
    channels.map((values, channel) => {
      const scale = scales[channel]!;
      const codes = new Int8Array(values.length);
      for (let i = 0; i < codes.length; i++) codes[i] = codeOf(values[i]!, scale, most);
      return codes;
    }),
});

/** The whole number that stands for a weight. */
export function codeOf(value: number, scale: number, most: number): number {
  return Math.min(Math.max(Math.floor(value / scale + 0.5), -most), most);
}
