/**
 * What must hold of members that extensions add, as checks that any test runner takes.
 *
 * @module
 */
import '../workers/install.ts';

export { architectureChecks } from './architecture-checks.ts';
export type { Check } from './check.ts';
export { datasetChecks } from './dataset-checks.ts';
export { deviceChecks } from './device-checks.ts';
export { exporterChecks } from './exporter-checks.ts';
export { type MethodCompany, methodChecks } from './method-checks.ts';
export { neuronChecks } from './neuron-checks.ts';
