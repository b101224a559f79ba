import type { Model } from '../graph/model.ts';

/**
 * A rewrite that keeps what a network computes. The pipeline verifies the graph after each pass, so a pass that
 * breaks it is named in the error.
 */
export interface Pass {
  /** Kebab-case, as in error messages. */
  readonly name: string;
  /** One sentence: what changes. */
  readonly summary: string;
  /** Rewrites the model in place and returns how many places it changed. */
  apply(model: Model): number;
}

/** Declares a pass; a missing facet does not compile. */
export function definePass(pass: Pass): Pass {
  return pass;
}
