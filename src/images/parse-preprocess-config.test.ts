import { describe, expect, test } from 'vitest';
import { FormatError } from '../errors.ts';
import { parsePreprocessConfig } from './parse-preprocess-config.ts';

const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];
const half = [0.5, 0.5, 0.5];
const parse = (config: unknown, size: [number, number] = [224, 224]) =>
  parsePreprocessConfig(config, size, 'config.json');

const expected = {
  interpolation: 'bicubic',
  cropHeight: 224,
  cropWidth: 224,
  mean,
  std,
  channels: 3,
  scale: 1 / 255,
  assumed: false,
};

describe('the plain form', () => {
  test('gives shorter side, filter, crop, mean and standard deviation', () => {
    const preprocess = {
      resize_shorter: 248,
      interpolation: 'bicubic',
      center_crop: 224,
      mean,
      std,
      rgb: true,
    };
    expect(parse({ image_size: 224, preprocess })).toEqual({ ...expected, resizeShorter: 248 });
  });

  test('without sizes resizes to the input of the network, which leaves pictures of that size alone', () => {
    const size = { cropHeight: 32, cropWidth: 32, resize: [32, 32] };
    expect(parse({ preprocess: { mean, std, rgb: true } }, [32, 32])).toEqual({ ...expected, ...size });
  });

  test('with a crop alone does not resize', () => {
    expect(parse({ preprocess: { center_crop: [224, 224], mean, std } })).toEqual(expected);
  });

  test('takes one mean as a grey network', () => {
    const parsed = parse({ preprocess: { mean: [0.13], std: [0.31] } }, [28, 28]);
    expect(parsed).toMatchObject({ channels: 1, mean: [0.13], std: [0.31] });
  });

  test('lists everything that is wrong at once', () => {
    const preprocess = {
      resize_shorter: -1,
      interpolation: 'cubic',
      mean: [1, 2],
      std: [1, 0, 1],
      rgb: false,
    };
    const error = catchError(() => parse({ preprocess }));
    expect(error).toBeInstanceOf(FormatError);
    const lines = error.message.split('\n');
    expect(lines[0]).toBe(
      'config.json: preprocessing settings that cannot be used. Correct them, or give others with the option preprocess.',
    );
    for (const key of ['resize_shorter', 'interpolation', 'mean', 'std.1', 'rgb']) {
      expect(lines.filter((line) => line.startsWith(`  - preprocess.${key}: `))).toHaveLength(1);
    }
  });

  test('refuses a crop that is not the input of the network, and lists of different lengths', () => {
    const error = catchError(() => parse({ preprocess: { center_crop: 200, mean, std: [1] } }));
    expect(error.message).toContain('expected as many numbers in mean as in std, got 3 and 1');
    expect(error.message).toContain(
      'expected pictures of 224 x 224 pixels as the network takes, got 200 x 200',
    );
  });
});

describe('the form of timm', () => {
  const cfg = { input_size: [3, 224, 224], interpolation: 'bicubic', crop_pct: 0.9, mean, std };

  test('resizes the shorter side to the input over crop_pct, rounded down', () => {
    expect(parse({ pretrained_cfg: cfg })).toEqual({ ...expected, resizeShorter: 248 });
    expect(parse({ ...cfg, crop_mode: 'center', crop_pct: 0.875 })).toEqual({
      ...expected,
      resizeShorter: 256,
    });
  });

  test('resizes both sides in the mode squash', () => {
    const parsed = parse({ pretrained_cfg: { ...cfg, crop_mode: 'squash', crop_pct: 1 } });
    expect(parsed).toEqual({ ...expected, resize: [224, 224] });
  });

  test('takes 0.875 and bicubic where nothing is said, and bilinear for random', () => {
    const { crop_pct: _, interpolation: __, ...rest } = cfg;
    expect(parse({ pretrained_cfg: rest })).toEqual({ ...expected, resizeShorter: 256 });
    expect(parse({ ...rest, interpolation: 'random' })).toMatchObject({ interpolation: 'bilinear' });
  });

  test('refuses the mode border and inputs of another size', () => {
    expect(() => parse({ pretrained_cfg: { ...cfg, crop_mode: 'border' } })).toThrow(
      "pretrained_cfg.crop_mode: expected 'center' or 'squash'",
    );
    expect(() => parse({ pretrained_cfg: cfg }, [384, 384])).toThrow(
      'expected pictures of 384 x 384 pixels as the network takes, got 224 x 224',
    );
    expect(() => parse({ pretrained_cfg: { ...cfg, input_size: [3, 224, 256] } }, [224, 256])).toThrow(
      "input_size: expected a square input for crop_mode 'center', got 224 x 256",
    );
  });
});

describe('the form of Hugging Face', () => {
  const base = { do_normalize: true, image_mean: half, image_std: half };
  const common = { ...expected, mean: half, std: half };

  test('resizes to height and width', () => {
    const parsed = parse({ ...base, do_resize: true, resample: 2, size: { height: 224, width: 224 } });
    expect(parsed).toEqual({ ...common, interpolation: 'bilinear', resize: [224, 224] });
  });

  test('resizes the shortest edge and crops', () => {
    const config = {
      ...base,
      size: { shortest_edge: 256 },
      resample: 3,
      do_center_crop: true,
      crop_size: 224,
    };
    expect(parse(config)).toEqual({ ...common, resizeShorter: 256 });
    expect(parse({ ...config, crop_size: { height: 224, width: 224 } })).toEqual({
      ...common,
      resizeShorter: 256,
    });
  });

  test('takes a bare number as a square, but as the shorter side for CLIP', () => {
    expect(parse({ ...base, size: 224 })).toMatchObject({ resize: [224, 224] });
    const clip = { ...base, size: 224, feature_extractor_type: 'CLIPFeatureExtractor' };
    expect(parse(clip)).toMatchObject({ resizeShorter: 224 });
  });

  test('crops ConvNeXT pictures only below 384 pixels', () => {
    const convNext = { ...base, image_processor_type: 'ConvNextImageProcessor', crop_pct: 0.875 };
    expect(parse({ ...convNext, size: { shortest_edge: 224 } })).toMatchObject({ resizeShorter: 256 });
    expect(parse({ ...convNext, size: { shortest_edge: 384 } }, [384, 384])).toMatchObject({
      resize: [384, 384],
    });
  });

  test.each([
    [0, 'nearest'],
    [1, 'lanczos'],
    [2, 'bilinear'],
    [3, 'bicubic'],
    [4, 'box'],
  ])('knows filter number %i as %s', (resample, interpolation) => {
    expect(parse({ ...base, resample })).toMatchObject({ interpolation });
  });

  test('leaves out rescaling and normalising when they are off', () => {
    const parsed = parse({ do_resize: false, do_rescale: false, do_normalize: false });
    expect(parsed).toMatchObject({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1] });
    expect(parsed).not.toHaveProperty('resize');
    expect(parse({ ...base, rescale_factor: 0.5 })).toMatchObject({ scale: 0.5 });
  });

  test('lists everything that is wrong at once', () => {
    const error = catchError(() =>
      parse({ do_normalize: true, resample: 5, size: 'big', rescale_offset: true }),
    );
    expect(error.message).toContain('resample: expected 0 (nearest), 1 (lanczos)');
    expect(error.message).toContain(
      'size: expected a number of pixels, { height, width } or { shortest_edge }',
    );
    expect(error.message).toContain('rescale_offset: expected false');
    expect(() => parse({ do_normalize: true })).toThrow(
      /image_mean: missing, though do_normalize is on\n {2}- image_std: missing/,
    );
  });

  test('refuses a size that the network does not take', () => {
    expect(() => parse({ ...base, size: { height: 224, width: 224 } }, [384, 384])).toThrow(
      'expected pictures of 384 x 384 pixels as the network takes, got 224 x 224',
    );
  });
});

describe('without settings', () => {
  test.each([[undefined], [null], [{ architecture: 'vit', image_size: 224 }]])(
    'ImageNet is assumed and said to be (%o)',
    (config) => {
      expect(parse(config)).toEqual({ ...expected, resizeShorter: 256, assumed: true });
    },
  );

  test('something that is no object is refused', () => {
    expect(() => parse('bicubic')).toThrow(
      'config.json: expected a JSON object, got string. Give the config.json or preprocessor_config.json of the checkpoint.',
    );
    expect(() => parse([])).toThrow('got an array');
  });
});

function catchError(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
