/**
 * Which spike site loses what, on a few images.
 *
 * @example
 * ```ts
 * import { conversion, diagnosis, methods, openInputs, openNetwork } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * const images = await openInputs(network, 'x.npy');
 * const { model } = await conversion.convert(network.model, {
 *   method: methods.ecmt,
 *   steps: 4,
 *   calibration: () => images.batches(),
 * });
 * const few = await openInputs(network, 'x.npy', { limit: 2 });
 * for await (const batch of few.batches()) {
 *   const { diagnosis: found } = await diagnosis.diagnoseModel(model, batch, 4);
 *   console.log(found.images, found.sites.length); // 2 16
 * }
 * ```
 *
 * @module
 */
export { conversionErrors, measureConversionErrors } from '../diagnosis/conversion-errors.ts';
export { type DiagnoseOptions, diagnoseModel } from '../diagnosis/diagnose-model.ts';
export type {
  ConversionErrors,
  Diagnosis,
  Finding,
  SiteConversionErrors,
  SiteDiagnosis,
  SiteError,
} from '../results/diagnosis-result.ts';
