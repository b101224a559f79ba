/**
 * Families of networks whose checkpoint folders (config.json and safetensors) become graphs.
 *
 * @example
 * ```ts
 * import { architectures } from 'transpike';
 *
 * console.log(architectures.all.map(({ name }) => name).includes('vit-timm')); // true
 * const { model, architecture } = await architectures.openCheckpoint('vit/');
 * console.log(architecture, model.graph.inputs[0].shape.join(' × ')); // vit-timm batch × 3 × 8 × 12
 * ```
 *
 * @module
 */
export { architectures as all } from '../architectures/architectures.ts';
export { addClassifiers, outputName } from '../checkpoints/classifiers.ts';
export {
  type Architecture,
  type ArchitectureDefinition,
  defineArchitecture,
  imageInput,
  inputName,
} from '../checkpoints/define-architecture.ts';
export { addLinear, type Linear } from '../checkpoints/linear.ts';
export type { NetworkBuilder } from '../checkpoints/network-builder.ts';
export { type OpenedCheckpoint, openCheckpoint } from '../opening/open-checkpoint.ts';
