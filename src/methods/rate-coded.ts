import { type Activation, activate } from '../analysis/activation.ts';
import type { SpikeSite } from '../analysis/spike-sites.ts';
import { ActivationHistogram } from '../calibration/activation-histogram.ts';
import { fitRateThreshold } from '../calibration/fit-rate-threshold.ts';
import type { ImportedThreshold } from '../calibration/import-thresholds.ts';
import { ScaleObserver, type ScaleRule } from '../calibration/scale-observer.ts';
import { toActivationAttributes } from '../dynamics/activation-attributes.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import {
  type IntegrateAndFireParameter,
  integrateAndFire,
  integrateAndFireParameters,
} from '../neurons/integrate-and-fire.ts';
import { foldBatchNorm } from '../passes/fold-batch-norm.ts';
import { removeDeadNodes } from '../passes/remove-dead-nodes.ts';
import { removeIdentities } from '../passes/remove-identities.ts';
import { type NeuronSpec, neuronSpec } from '../spiking/neuron-node.ts';
import type { SiteCalibration } from './define-method.ts';

/** Clean-up of every method that puts integrate-and-fire neurons in the place of activation functions. */
export const rateCodedPasses = [removeIdentities, foldBatchNorm, removeDeadNodes] as const;

/** What those methods put neurons in the place of, as errors word it. */
export const rateCodedConverts =
  'activation functions (ReLU, clipped ReLU, ReLU6, QCFS) that lead to a Conv, Gemm or MatMul';

/** The activation function in whose place a site's neurons stand. */
export function activationOf(site: SpikeSite): Activation {
  return site.activation ?? { kind: 'identity' };
}

/** Thresholds of a site: one, or one a channel. */
export interface SiteThresholds {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/**
 * Integrate-and-fire neurons with these thresholds.
 *
 * @param initialPotential v(0) in units of the threshold
 */
export function integrateAndFireSpec(
  activation: Activation,
  { shape, values }: SiteThresholds,
  initialPotential: number,
): NeuronSpec {
  return neuronSpec(
    integrateAndFire,
    toActivationAttributes(activation),
    thresholdParameters({ shape, values }, initialPotential),
  );
}

/** Parameters of integrate-and-fire neurons whose spikes carry their threshold, as tensors of the thresholds' shape. */
export function thresholdParameters(
  { shape, values }: SiteThresholds,
  initialPotential: number,
): Readonly<Record<IntegrateAndFireParameter, Tensor>> {
  const sets = Array.from(values, (threshold) => integrateAndFireParameters(threshold, initialPotential));
  const all = (name: IntegrateAndFireParameter) =>
    Tensor.float64(
      shape,
      sets.map((set) => set[name]),
    );
  return {
    threshold: all('threshold'),
    initialPotential: all('initialPotential'),
    amplitude: all('amplitude'),
  };
}

/** Calibration that takes the thresholds from a quantile of the activations. */
export function quantileCalibration(
  site: SpikeSite,
  rule: ScaleRule,
  initialPotential: number,
): SiteCalibration {
  const activation = activationOf(site);
  const observer = new ScaleObserver(rule, activation);
  return {
    observe: (values, shape) => observer.observe(values, shape),
    finish: () => integrateAndFireSpec(activation, observer.scales(), initialPotential),
  };
}

/** What a calibration that chooses one threshold for a site makes of it. */
export type SpecOfThreshold = (activation: Activation, threshold: number) => NeuronSpec;

/**
 * Calibration to a quantile of the activations, which for a clipped ReLU is its bound at most: activations far below the bound
 * would not fill a threshold in any number of steps that one waits for. A QCFS keeps the bound that it was trained with.
 */
export function boundCalibration(
  site: SpikeSite,
  rule: ScaleRule,
  specOfThreshold: SpecOfThreshold,
): SiteCalibration {
  const activation = activationOf(site);
  const trained = trainedBound(activation);
  if (trained !== undefined) return fixedCalibration(specOfThreshold(activation, trained));
  // The quantile is one of the activation's values, so that a clipped ReLU bounds it.
  const observer = new ScaleObserver(rule, activation);
  return {
    observe: (values, shape) => observer.observe(values, shape),
    finish: () => specOfThreshold(activation, observer.scales().values[0]!),
  };
}

/** As {@link boundCalibration}, of several sites: those of one group have the largest threshold of them all. */
export function sharedCalibration(
  sites: readonly SpikeSite[],
  rule: ScaleRule,
  specOfThreshold: SpecOfThreshold,
): SiteCalibration[] {
  const thresholds = sites.map(() => 0);
  const own = sites.map((site, i) =>
    boundCalibration(site, rule, (activation, threshold) => {
      thresholds[i] = threshold;
      return specOfThreshold(activation, threshold);
    }),
  );
  return sites.map((site, i) => ({
    observe: (values, shape) => own[i]!.observe(values, shape),
    finish() {
      const group = sites.flatMap((each, k) =>
        k === i || (site.group !== undefined && each.group === site.group) ? [k] : [],
      );
      for (const k of group) own[k]!.finish();
      return specOfThreshold(activationOf(site), Math.max(...group.map((k) => thresholds[k]!)));
    },
  }));
}

/**
 * Calibration that minimises the squared error of the decoded value after some steps. A QCFS keeps the bound that it was
 * trained with.
 */
export function fittedCalibration(
  site: SpikeSite,
  steps: number,
  specOfThreshold: SpecOfThreshold,
): SiteCalibration {
  const activation = activationOf(site);
  const trained = trainedBound(activation);
  if (trained !== undefined) return fixedCalibration(specOfThreshold(activation, trained));
  const histogram = new ActivationHistogram();
  return {
    observe: (values) => histogram.observe(values.map((value) => activate(activation, value))),
    finish() {
      const { threshold, relativeError } = fitRateThreshold(histogram.values(), steps);
      return { ...specOfThreshold(activation, threshold), relativeError };
    },
  };
}

/** Fraction bits of a channel's bins: there are many channels. */
const channelFractionBits = 4;

/**
 * As {@link fittedCalibration}, with a threshold for each channel of feature maps [N, C, …]; where every neuron is a channel, [N, C], one for
 * all, as few images say little about one neuron.
 *
 * @param specOfThresholds makes neurons of thresholds [] or [C, 1, …]
 */
export function fittedByChannel(
  site: SpikeSite,
  steps: number,
  specOfThresholds: (activation: Activation, thresholds: Tensor) => NeuronSpec,
): SiteCalibration {
  const activation = activationOf(site);
  const trained = trainedBound(activation);
  if (trained !== undefined) {
    return fixedCalibration(specOfThresholds(activation, Tensor.float64([], [trained])));
  }
  let histograms: ActivationHistogram[] = [];
  let shape: number[] = [];
  return {
    observe(values, [, channels = 1, ...area]) {
      const count = area.length === 0 ? 1 : channels;
      if (histograms.length === 0) {
        shape = count === 1 ? [] : [count, ...area.map(() => 1)];
        histograms = Array.from({ length: count }, () => new ActivationHistogram(channelFractionBits));
      }
      const size = count === 1 ? values.length : sizeOf(area);
      for (let from = 0, c = 0; from < values.length; from += size, c = (c + 1) % count) {
        histograms[c]!.observe(values.slice(from, from + size).map((value) => activate(activation, value)));
      }
    },
    finish() {
      const thresholds = histograms.map((each) => fitRateThreshold(each.values(), steps).threshold);
      return specOfThresholds(activation, Tensor.float64(shape, thresholds));
    },
  };
}

/** λ of a QCFS, whose levels are right for this threshold only. */
function trainedBound(activation: Activation): number | undefined {
  return activation.kind === 'qcfs' ? activation.upper : undefined;
}

function fixedCalibration(spec: NeuronSpec): SiteCalibration {
  return { observe: () => undefined, finish: () => spec };
}

/** Integrate-and-fire neurons in the place of ReLU with an imported threshold (the positive one). */
export function importedSpec({ positive }: ImportedThreshold, initialPotential: number): NeuronSpec {
  return integrateAndFireSpec({ kind: 'relu' }, { shape: [], values: [positive] }, initialPotential);
}
