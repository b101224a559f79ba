import { describe, expect, it } from 'vitest';
import { pictureSize } from './picture-size.ts';

const norms = { image_mean: [0, 0, 0], image_std: [1, 1, 1] };

describe('pictureSize', () => {
  it('is the crop, else the size to resize to', () => {
    const crop = { do_center_crop: true, crop_size: { height: 28, width: 42 }, size: { shortest_edge: 48 } };
    expect(pictureSize({ ...norms, ...crop })).toEqual([28, 42]);
    expect(pictureSize({ ...norms, size: { height: 32, width: 32 } })).toEqual([32, 32]);
  });

  it('is unknown where the file does not say', () => {
    expect(pictureSize({ ...norms, size: { shortest_edge: 48 } })).toBeUndefined();
    for (const config of [undefined, null, [], {}]) expect(pictureSize(config)).toBeUndefined();
  });
});
