import { availableParallelism } from 'node:os';
import { diagnoseModel } from '../diagnosis/diagnose-model.ts';
import { UsageError } from '../errors.ts';
import { openInputs } from '../opening/open-inputs.ts';
import type { Network } from '../opening/open-network.ts';
import type { Diagnosis } from '../results/diagnosis-result.ts';
import type { JobListener } from './notice.ts';
import { tellLeftOut } from './tell-left-out.ts';
import { tellOtherSteps } from './tell-other-steps.ts';
import { tellTokens } from './tell-tokens.ts';

/** Images that a diagnosis looks at when nothing else is said. */
export const defaultDiagnosisLimit = 4;

/** How to diagnose a network. */
export interface DiagnoseSettings extends JobListener {
  /** Images to look at, as for an evaluation; they need no labels. */
  readonly data: string;
  /** Part of the data to use where there are several. */
  readonly split?: string | undefined;
  /** Use at most this many images, evenly spread. Default 4. */
  readonly limit?: number | undefined;
  /** Time-steps T; default: what the model was converted for. */
  readonly steps?: number | undefined;
  /** Whether to let each site spike alone, too, and say how far that moves the logits (slower). Default false. */
  readonly alone?: boolean | undefined;
  /** Whether an image that cannot be read is an error. Default false: it is left out. */
  readonly strict?: boolean | undefined;
  /** Threads of ONNX Runtime. Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
}

/**
 * Says which spike site of a spiking network loses what on a few images, and what to do about it.
 *
 * @throws UsageError if the network does not spike; DataError if the images cannot be used
 *
 * @example
 * ```ts
 * import { convertNetwork, diagnoseNetwork, openNetwork } from 'transpike';
 *
 * const { network } = await convertNetwork(await openNetwork('vit/'), { calibration: 'x.npy' });
 * const { images, sites } = await diagnoseNetwork(network, { data: 'x.npy', limit: 2 });
 * console.log(images, sites.length); // 2 16
 * ```
 */
export async function diagnoseNetwork(network: Network, settings: DiagnoseSettings): Promise<Diagnosis> {
  const { data, split, limit = defaultDiagnosisLimit, strict = false, alone = false } = settings;
  const steps = stepsToDiagnose(network, settings);
  tellOtherSteps(network, steps, settings);
  const inputs = await openInputs(network, data, {
    split,
    limit,
    strict,
    batchSize: limit,
    needsLabels: false,
  });
  tellTokens(inputs, settings);
  const threads = settings.threads ?? availableParallelism();
  for await (const batch of inputs.batches(undefined, tellLeftOut(settings))) {
    return (await diagnoseModel(network.model, batch, steps, { alone, threads })).diagnosis;
  }
  throw new UsageError({
    where: data,
    expected: 'at least one image',
    got: 'none that can be read',
    remedy: 'Check the path and the files',
  });
}

function stepsToDiagnose(network: Network, { steps }: DiagnoseSettings): number {
  if (network.spiking) return steps ?? network.steps;
  throw new UsageError({
    where: network.path,
    expected: 'a spiking model',
    got: 'a network that does not spike',
    remedy: 'Convert it first',
    means: ['convert'],
  });
}
