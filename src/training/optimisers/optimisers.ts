import { adam, adamw } from './adam.ts';
import type { AnyOptimiser } from './define-optimiser.ts';
import { sgd } from './sgd.ts';

/** All optimisers, by name. */
export const optimisers = { sgd, adam, adamw } as const satisfies Record<string, AnyOptimiser>;

/** Name of an optimiser. */
export type OptimiserName = keyof typeof optimisers;
