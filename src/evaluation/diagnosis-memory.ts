import type { Model } from '../graph/model.ts';
import { networkBytes } from './choose-workers.ts';

/** Part of the free memory that a diagnosis may take. */
const share = 0.85;

/** Memory for the activations of one image, and for what comes and goes. */
const bytesBeside = 64 * 2 ** 20;

/** How often the values of sites are in memory: in the engine, copied out of it, and those of the source network. */
const copies = 3;

/** Values of fewer bytes than this are not worth a run of both networks for them. */
const leastBytes = 8 * 2 ** 20;

/** How much memory a diagnosis of a network may give to the values of sites. */
export interface DiagnosisMemory {
  /** Bound of the values that are kept at a time, in MB; 0 where memory does for no diagnosis. */
  readonly valuesMB: number;
  /** Memory that a diagnosis takes at the least, in bytes. */
  readonly least: number;
}

/** Divides the free memory: a diagnosis that would end the process loses more than it tells. Estimates. */
export function diagnosisMemory(model: Model, freeBytes: number): DiagnosisMemory {
  const fixed = bytesBeside + networkBytes(model);
  const values = (share * freeBytes - fixed) / copies;
  return {
    valuesMB: values < leastBytes ? 0 : Math.floor(values / 2 ** 20),
    least: (fixed + copies * leastBytes) / share,
  };
}
