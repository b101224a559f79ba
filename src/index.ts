/**
 * The public API of Transpike: open a network, convert it, run it, measure it, hand it on.
 *
 * @example
 * ```ts
 * const network = await openNetwork('deit-tiny/');
 * const images = await openInputs(network, 'images/', { limit: 64, needsLabels: false });
 * const { model } = await convert(network.model, { method: ecmt, steps: 4, calibration: () => images.batches() });
 * await writeOnnx(model, 'deit-tiny.snn.onnx');
 * ```
 */
import './workers/install.ts';

export { type Activation, activate } from './analysis/activation.ts';
export { type ActivationSite, activationSites } from './analysis/activation-sites.ts';
export { type AttentionPlace, type AttentionRole, attentionRoles } from './analysis/attention-roles.ts';
export type { Placement } from './analysis/placement.ts';
export { type SpikeSite, synapticInputSites } from './analysis/spike-sites.ts';
export { type SynapticOperator, synapticOperators } from './analysis/synaptic-operators.ts';
export { ActivationHistogram, type WeightedValue } from './calibration/activation-histogram.ts';
export { fitThresholds, type ThresholdPair } from './calibration/fit-thresholds.ts';
export { type ImportedThreshold, importThresholds } from './calibration/import-thresholds.ts';
export type { Observer } from './calibration/observer.ts';
export { QuantileObserver } from './calibration/quantile-observer.ts';
export { type Architecture, defineArchitecture } from './checkpoints/define-architecture.ts';
export { type ConversionRecord, readConversionRecord } from './conversion/conversion-record.ts';
export { type Conversion, type ConvertOptions, convert } from './conversion/convert.ts';
export { findObstacles } from './conversion/find-obstacles.ts';
export type { Dataset, DatasetOptions, Sample } from './data/dataset.ts';
export { type DatasetKind, defineDataset } from './data/define-dataset.ts';
export { type Batch, type LoadOptions, loadBatches } from './data/load-batch.ts';
export { decodeImage } from './decoding/decode-image.ts';
export { conversionErrors } from './diagnosis/conversion-errors.ts';
export { type DiagnoseOptions, diagnoseNetwork } from './diagnosis/diagnose-network.ts';
export { measureConversionErrors } from './diagnosis/measure-conversion-errors.ts';
export { defineNeuron, type NeuronDefinition } from './dynamics/define-neuron.ts';
export { breakEven } from './energy/break-even.ts';
export { countOperations, type Operations } from './energy/count-operations.ts';
export { type Device, defineDevice } from './energy/define-device.ts';
export { devices } from './energy/devices/devices.ts';
export { ecmtRatio, type OperatorActivity, operatorActivities } from './energy/ecmt-ratio.ts';
export { energyTerms, totalEnergy } from './energy/energy-breakdown.ts';
export { fullEstimate } from './energy/full-estimate.ts';
export { type OperatorCost, operatorCosts } from './energy/operator-costs.ts';
export { spikeDrivenShare } from './energy/operator-labels.ts';
export { quantisedEstimate, sourceEstimate } from './energy/source-estimate.ts';
export { type SpikingLoad, spikingLoad } from './energy/spiking-load.ts';
export { type EngineName, engines } from './engines/engines.ts';
export { createInGraphEngine } from './engines/in-graph-engine.ts';
export { createOracleEngine } from './engines/oracle-engine.ts';
export { type Engine, type Plan, type PlanOptions, planRun, type RunResult } from './engines/plan-run.ts';
export * from './errors.ts';
export { type EvaluateOptions, type EvaluationEnd, evaluate } from './evaluation/evaluate.ts';
export { defineExporter, type Exporter } from './exporters/define-exporter.ts';
export { exporters } from './exporters/exporters.ts';
export { toBinarySpikes } from './exporters/to-binary-spikes.ts';
export { readNpy } from './files/read-npy.ts';
export { readOnnx } from './files/read-onnx.ts';
export { readSafetensors } from './files/read-safetensors.ts';
export { writeNpy } from './files/write-npy.ts';
export { writeOnnx } from './files/write-onnx.ts';
export { writeSafetensors } from './files/write-safetensors.ts';
export type { NpyArray } from './formats/npy.ts';
export type { FloatTensor } from './graph/float-tensor.ts';
export { Graph, type ValueInfo } from './graph/graph.ts';
export { GraphBuilder } from './graph/graph-builder.ts';
export { Model, type ModelFunction } from './graph/model.ts';
export { type Attribute, float, type Node, node } from './graph/node.ts';
export { printGraph } from './graph/print-graph.ts';
export { Tensor } from './graph/tensor.ts';
export { verifyModel } from './graph/verify-model.ts';
export { type PreprocessConfig, preprocessImage } from './images/preprocess.ts';
export { resizeImage } from './images/resample.ts';
export { burst as burstMethod } from './methods/burst.ts';
export { cos } from './methods/cos.ts';
export { defineMethod, type Method, type Preset, type SiteCalibration } from './methods/define-method.ts';
export { differential } from './methods/differential.ts';
export { ecc } from './methods/ecc.ts';
export { ecmt } from './methods/ecmt.ts';
export { fewSpikes as fewSpikesMethod } from './methods/few-spikes.ts';
export { fewSpikesFunction as fewSpikesFunctionMethod } from './methods/few-spikes-function.ts';
export { methodNamed, methods } from './methods/methods.ts';
export { opi } from './methods/opi.ts';
export { rate } from './methods/rate.ts';
export { scaleAndFire as scaleAndFireMethod } from './methods/scale-and-fire.ts';
export { sigmaDelta as sigmaDeltaMethod } from './methods/sigma-delta.ts';
export { stBif as stBifMethod } from './methods/st-bif.ts';
export { timeToFirstSpike as timeToFirstSpikeMethod } from './methods/time-to-first-spike.ts';
export { ultraLowLatency } from './methods/ultra-low-latency.ts';
export { type EarlyExitMetrics, earlyExit, exitStep } from './metrics/early-exit.ts';
export { burst } from './neurons/burst.ts';
export { chargeAligned } from './neurons/charge-aligned.ts';
export { differentialMultiThreshold } from './neurons/differential-multi-threshold.ts';
export { fewSpikes } from './neurons/few-spikes.ts';
export { fewSpikesFunction } from './neurons/few-spikes-function.ts';
export { integrateAndFire } from './neurons/integrate-and-fire.ts';
export { leakyIntegrateAndFire } from './neurons/leaky-integrate-and-fire.ts';
export { multiThreshold } from './neurons/multi-threshold.ts';
export { neurons } from './neurons/neurons.ts';
export { offsetCalibrating } from './neurons/offset-calibrating.ts';
export { scaleAndFire } from './neurons/scale-and-fire.ts';
export { sigmaDelta } from './neurons/sigma-delta.ts';
export { stBif } from './neurons/st-bif.ts';
export { timeToFirstSpike } from './neurons/time-to-first-spike.ts';
export { type OpenedCheckpoint, openCheckpoint } from './opening/open-checkpoint.ts';
export { openDataset } from './opening/open-dataset.ts';
export { type Inputs, openInputs } from './opening/open-inputs.ts';
export { type Network, openNetwork } from './opening/open-network.ts';
export { definePass, type Pass } from './passes/define-pass.ts';
export { foldBatchNorm } from './passes/fold-batch-norm.ts';
export { replaceMaxPool } from './passes/replace-max-pool.ts';
export { runPasses } from './passes/run-passes.ts';
export { type BitWidths, bitWidths } from './quantisation/bit-widths.ts';
export { quantisationPlacesOf, quantisedNetwork } from './quantisation/quantised-networks.ts';
export { type QuantiserTable, readQuantisers } from './quantisation/quantiser-table.ts';
export { writeReport } from './report/write-report.ts';
export { comparisonSchema } from './results/comparison-result.ts';
export type {
  ConversionErrors,
  Diagnosis,
  Finding,
  SiteConversionErrors,
  SiteDiagnosis,
  SiteError,
} from './results/diagnosis-result.ts';
export type {
  BreakEven,
  DeviceFigure,
  EnergyBreakdown,
  LabelledOperator,
  OperatorLabel,
} from './results/energy-result.ts';
export { environmentSchema } from './results/environment.ts';
export type { EvaluationResult, SiteResult, StepResult } from './results/evaluation-result.ts';
export { evaluationSchema } from './results/evaluation-result.ts';
export { frontierSchema } from './results/frontier.ts';
export type { Traces } from './results/traces.ts';
export { tracesSchema } from './results/traces.ts';
export type { TuningPoint } from './results/tuning-entry.ts';
export { RunRecord } from './runs/run-record.ts';
export {
  installRuntime,
  type Runtime,
  type RuntimeOptions,
  type RuntimeSession,
  type RuntimeTensor,
} from './sessions/runtime.ts';
export { type NeuronSpec, type Site, sitesOf } from './spiking/neuron-node.ts';
export { type SpikeAlphabet, spikeAlphabet } from './spiking/spike-alphabet.ts';
export { toSourceForm, toSpikingForm } from './spiking/spiking-form.ts';
export * from './training/index.ts';
export type { TuningGoal } from './tuning/search/tuning-goal.ts';
export { TuningJournal } from './tuning/search/tuning-journal.ts';
export { paretoFrontier } from './tuning/search/tuning-point.ts';
export { type Tuned, type TuneOptions, tune } from './tuning/tune.ts';
