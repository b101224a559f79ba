import { z } from 'zod';
import type { Report } from './problem-line.ts';

/** Fields of config.json that all convolutional networks here read; unknown fields are let through. */
export const cnnConfigFields = {
  /** Height and width of the image in pixels. */
  image_size: z.int().min(8).optional(),
  /** ε of batch normalisation. */
  batch_norm_eps: z.number().positive().default(1e-5),
  num_classes: z.int().min(1).optional(),
} as const;

/** Reports each number that config.json states otherwise than the tensors have it. */
export function compareWithTensors(
  stated: Readonly<Record<string, { readonly is: number | undefined; readonly found: number }>>,
  report: Report,
): void {
  for (const [field, { is, found }] of Object.entries(stated)) {
    if (is === undefined || is === found) continue;
    report({
      where: `'${field}'`,
      expected: `${found}, as the tensors have it`,
      got: `${is}`,
      remedy: 'Use the config.json that belongs to the weights',
    });
  }
}
