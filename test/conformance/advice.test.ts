import { expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { diagnoseModel } from '../../src/diagnosis/diagnose-model.ts';
import type { Method } from '../../src/methods/define-method.ts';
import { methods } from '../../src/methods/methods.ts';
import { cnnImages, residualCnn } from './residual-cnn.fixture.ts';

/** What the sites lose by themselves, the mean of them, in a network converted for T steps. */
async function ownError(method: Method, preset: string, steps: number): Promise<number> {
  const images = cnnImages(4, 3);
  const { model } = await convert(residualCnn(17), { method, preset, steps, calibration: () => [images] });
  const { diagnosis } = await diagnoseModel(model, images, steps);
  return diagnosis.sites.reduce((sum, { error }) => sum + error.own, 0) / diagnosis.sites.length;
}

const finest = methods.flatMap((method) =>
  Object.keys(method.presets)
    .filter((preset) => method.finest !== undefined && preset !== method.finest)
    .filter((preset) => !method.presets[preset]?.needsScales)
    .map((preset) => [method.name, preset, method] as const),
);

it.each(finest)(
  '%s/%s loses no less than the preset that is advised in its place',
  async (_, preset, method) => {
    const [given, advised] = [await ownError(method, preset, 4), await ownError(method, method.finest!, 4)];
    expect(advised).toBeLessThanOrEqual(given);
  },
);

it.each(methods.map((method) => [method.name, method] as const))(
  '%s loses less in more steps where they are advised, and no less where they are not',
  async (_, method) => {
    const [few, many] = [
      await ownError(method, method.defaultPreset, 4),
      await ownError(method, method.defaultPreset, 8),
    ];
    if (method.settlesAtOnce) expect(many).toBeCloseTo(few, 3);
    else expect(many).toBeLessThan(few);
  },
);
