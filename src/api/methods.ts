/**
 * Conversion methods: clean-up passes, where the sites are, and how each site's neuron and thresholds are chosen.
 *
 * @example
 * ```ts
 * import { methods } from 'transpike';
 *
 * console.log(methods.all.length, methods.ecmt.defaultPreset); // 15 tuned
 * console.log(methods.methodNamed('few-spikes') === methods.fewSpikes); // true
 * ```
 *
 * @module
 */
export { burst } from '../methods/burst.ts';
export { cos } from '../methods/cos.ts';
export { defineMethod, type Method, type Preset, type SiteCalibration } from '../methods/define-method.ts';
export { differential } from '../methods/differential.ts';
export { ecc } from '../methods/ecc.ts';
export { ecmt } from '../methods/ecmt.ts';
export { fewSpikes } from '../methods/few-spikes.ts';
export { fewSpikesFunction } from '../methods/few-spikes-function.ts';
export { methodNamed, methods as all, presetOf } from '../methods/methods.ts';
export { opi } from '../methods/opi.ts';
export { rate } from '../methods/rate.ts';
export { scaleAndFire } from '../methods/scale-and-fire.ts';
export { sigmaDelta } from '../methods/sigma-delta.ts';
export { fittedPreset, type SignedPreset, signedSites } from '../methods/signed-sites.ts';
export { spikeOnce } from '../methods/spike-once.ts';
export { stBif } from '../methods/st-bif.ts';
export { timeToFirstSpike } from '../methods/time-to-first-spike.ts';
export { ultraLowLatency } from '../methods/ultra-low-latency.ts';
