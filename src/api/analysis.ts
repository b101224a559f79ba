/**
 * What can be seen from a graph alone: what multiplies activations, where spikes would be, what a site follows.
 *
 * @example
 * ```ts
 * import { analysis, openNetwork } from 'transpike';
 *
 * const { model } = await openNetwork('vit/');
 * const operators = analysis.synapticOperators(model.graph);
 * console.log(operators.map(({ kind }) => kind).includes('product')); // true
 * console.log(analysis.synapticInputSites(model.graph).length); // 16
 * ```
 *
 * @module
 */
export { type Activation, activate } from '../analysis/activation.ts';
export { type ActivationSite, activationSites } from '../analysis/activation-sites.ts';
export { type AttentionPlace, type AttentionRole, attentionRoles } from '../analysis/attention-roles.ts';
export type { Placement } from '../analysis/placement.ts';
export { type SpikeSite, synapticInputSites } from '../analysis/spike-sites.ts';
export { type SynapticOperator, synapticOperators } from '../analysis/synaptic-operators.ts';
