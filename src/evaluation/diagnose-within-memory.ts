import {
  diagnosedImages,
  diagnoseFewImages,
  type FewImagesDiagnosis,
} from '../diagnosis/diagnose-few-images.ts';
import { messageOf } from '../errors.ts';
import type { ComparedNetwork } from '../sessions/compared-network.ts';
import { shortageOf } from '../shortage.ts';
import { diagnosisMemory } from './diagnosis-memory.ts';
import type { EvaluationRecord } from './run/batch-collector.ts';
import type { EvaluationImages } from './run/evaluation-images.ts';

/** Attempts at a diagnosis that end the process, until it is left out. */
const mostDiagnoses = 2;

/** What a diagnosis needs beside the network. */
export interface DiagnosisOptions {
  readonly images: EvaluationImages;
  readonly record: EvaluationRecord | undefined;
  readonly threads: number;
  /** Bound of the memory for activations, in MB. */
  readonly memoryMB: number | undefined;
  /** Tells how much memory can still be taken, in bytes. Default: as much as is wanted. */
  readonly freeMemory: (() => number) | undefined;
  readonly onWarning: (message: string) => void;
}

/** What is known where nothing was looked at. */
export const notDiagnosed: FewImagesDiagnosis = { conversionErrors: [], diagnosis: null };

/**
 * Looks at a few images as closely as memory allows. What is counted is worth more than that: where memory does not do for it, it is left
 * out.
 */
export async function diagnoseWithinMemory(
  network: ComparedNetwork,
  { images, record, threads, memoryMB, freeMemory, onWarning }: DiagnosisOptions,
): Promise<FewImagesDiagnosis> {
  const leaveOut = (reason: string) => {
    onWarning(`the diagnosis is left out: ${reason}`);
    return notDiagnosed;
  };
  const free = freeMemory?.() ?? Number.POSITIVE_INFINITY;
  const { valuesMB, least } = diagnosisMemory(network.model, free);
  if (valuesMB === 0)
    return leaveOut(`it takes ${megabytes(least)} of memory at least, and ${megabytes(free)} are free`);
  if (((await record?.beginDiagnosis?.()) ?? 0) >= mostDiagnoses)
    return leaveOut('the last attempts at it ended the process, perhaps for lack of memory');
  try {
    const first = await images.first(diagnosedImages);
    const bound = Math.min(valuesMB, memoryMB ?? valuesMB);
    return await diagnoseFewImages(network, first, { threads, memoryMB, valuesMB: bound });
  } catch (error) {
    if (shortageOf(error) !== 'memory') throw error;
    return leaveOut(messageOf(error));
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
