/**
 * Rewrites of a model. Each is verified after it ran.
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
export { definePass, type Pass } from '../graph/define-pass.ts';
export { foldBatchNorm } from '../passes/fold-batch-norm.ts';
export { removeConstantChannels } from '../passes/remove-constant-channels.ts';
export { replaceMaxPool } from '../passes/replace-max-pool.ts';
export { runPasses } from '../passes/run-passes.ts';
export { widenChannels } from '../passes/widen-channels.ts';
