/**
 * Rewrites of a model that keep what it computes. The pipeline verifies the graph after each.
 *
 * @example
 * ```ts
 * import { openNetwork, passes } from 'transpike';
 *
 * const { model } = await openNetwork('vit/');
 * const { changes } = passes.runPasses(model, [passes.foldBatchNorm, passes.replaceMaxPool]);
 * console.log([...changes.values()].join(' ')); // 0 0
 * ```
 *
 * @module
 */
export { definePass, type Pass } from '../passes/define-pass.ts';
export { foldBatchNorm } from '../passes/fold-batch-norm.ts';
export { replaceMaxPool } from '../passes/replace-max-pool.ts';
export { runPasses } from '../passes/run-passes.ts';
