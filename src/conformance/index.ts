/**
 * What must hold of members that extensions add, as checks that any test runner takes.
 *
 * @module
 */
import '../workers/install.ts';

export type { Check } from './check.ts';
export { neuronChecks } from './neuron-checks.ts';
