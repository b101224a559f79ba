import { z } from 'zod';
import { list } from './schema-parts.ts';

/** Schema of {@link Environment}: `environment.json`. */
export const environmentSchema = z.object({
  transpike: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
  platform: z.string(),
  processor: z.string(),
  cores: z.int(),
  /** The command that started the run; absent where a program did. */
  command: z.string().optional(),
  finished: z.string(),
  /** Name of the network. */
  network: z.string(),
  /** How the spiking network came about. */
  conversion: z
    .object({ method: z.string(), preset: z.string(), steps: z.int(), calibration: z.string() })
    .optional(),
  /** Extensions that were in use, with a hash of the module of each. */
  extensions: list(z.object({ name: z.string(), version: z.string(), hash: z.string() })).optional(),
  /** Names of the classes by number, where the data tell them. */
  classes: list(z.string()).optional(),
});

/** Where a run took place, and what is needed to read its numbers. */
export type Environment = z.infer<typeof environmentSchema>;
