/**
 * The public API of Transpike: what one does with whole networks at the top, and all parts in namespaces.
 *
 * @module
 */
import './workers/install.ts';

export * as analysis from './api/analysis.ts';
export * as architectures from './api/architectures.ts';
export * as calibration from './api/calibration.ts';
export * as conversion from './api/conversion.ts';
export * as data from './api/data.ts';
export * as diagnosis from './api/diagnosis.ts';
export * as energy from './api/energy.ts';
export * as engines from './api/engines.ts';
export * as errors from './api/errors.ts';
export * as evaluation from './api/evaluation.ts';
export * as exporters from './api/exporters.ts';
export * as formats from './api/formats.ts';
export * as graph from './api/graph.ts';
export * as methods from './api/methods.ts';
export * as neurons from './api/neurons.ts';
export * as passes from './api/passes.ts';
export * as quantisation from './api/quantisation.ts';
export * as results from './api/results.ts';
export * as training from './api/training.ts';
export * as tuning from './api/tuning.ts';
export { TranspikeError } from './errors.ts';
export { defineExtension, type Extension } from './extensions/define-extension.ts';
export { useExtensions } from './extensions/load-extensions.ts';
export { type UsedExtension, usedExtensions } from './extensions/register-extension.ts';
export { writeOnnx } from './files/write-onnx.ts';
export type { DownloadProgress } from './hub/fetch-from-hub.ts';
export { type CompareSettings, type ComparisonEnd, compareNetworks } from './jobs/compare-networks.ts';
export { asTheyAre, byMethods, type ComparedNetwork } from './jobs/compared-networks.ts';
export {
  type ConvertedNetwork,
  type ConvertProgress,
  type ConvertSettings,
  convertNetwork,
} from './jobs/convert-network.ts';
export { type DiagnoseSettings, diagnoseNetwork } from './jobs/diagnose-network.ts';
export {
  type EvaluateSettings,
  type EvaluationProgress,
  evaluateNetwork,
  type NetworkEvaluation,
} from './jobs/evaluate-network.ts';
export { type ExportSettings, exportNetwork, type NetworkExport } from './jobs/export-network.ts';
export { type FinetuneEnd, type FinetuneSettings, finetuneNetwork } from './jobs/finetune-network.ts';
export {
  type GeneratedText,
  type GenerateSettings,
  generateText,
  type SpokenText,
} from './jobs/generate-text.ts';
export {
  type Inspection,
  type InspectSettings,
  inspectNetwork,
  type SiteDescription,
} from './jobs/inspect-network.ts';
export type { JobListener, JobOrigin, Notice, NoticeKind } from './jobs/notice.ts';
export type { ModelOutputSettings, OutputSettings } from './jobs/require-writable.ts';
export {
  type NetworkRun,
  type Precision,
  type RunNetworkSettings,
  type RunProgress,
  runNetwork,
} from './jobs/run-network.ts';
export { type TrainEnd, type TrainSettings, trainNetwork } from './jobs/train-network.ts';
export { type TuneEnd, type TuneSettings, type TuningSummary, tuneNetwork } from './jobs/tune-network.ts';
export type { InputOptions, Inputs } from './opening/inputs.ts';
export { openInputs } from './opening/open-inputs.ts';
export { type Network, type OpenOptions, openNetwork } from './opening/open-network.ts';
