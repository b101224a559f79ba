import { readConversionRecord } from '../../conversion/conversion-record.ts';
import { seenDigests } from '../../conversion/seen-images.ts';
import { addActivity } from '../../engines/spike-statistics.ts';
import { countFlips } from '../../metrics/flips.ts';
import { sourceMetrics } from '../../metrics/step-metrics.ts';
import { readFewBits } from '../../quantisation/trained/few-bit-record.ts';
import type { Activity } from '../../results/activity.ts';
import type { BatchRecord, ImageRecord } from '../../results/batch-record.ts';
import type { EvaluationResult } from '../../results/evaluation-result.ts';
import type { SeenImages } from '../../results/seen-images.ts';
import type { ComparedNetwork } from '../../sessions/compared-network.ts';
import type { DenseNetwork } from '../../spiking/network-kind.ts';
import { summariseOutputs } from './summarise-outputs.ts';
import { accuracy } from './summarise-predictions.ts';
import { nothingSpiked, type SpikeSummaryOptions, summariseSpikes } from './summarise-spikes.ts';
import { summariseTask } from './summarise-task.ts';
import { summariseTokens } from './summarise-tokens.ts';

/** What the batches of a run say, without what is found in a closer look. */
export type Summary = Omit<EvaluationResult, 'synapses' | 'conversionErrors' | 'diagnosis' | 'phases'>;

/** Computes the results of a run from its batches. */
export function summarise(
  network: DenseNetwork | ComparedNetwork,
  batches: readonly BatchRecord[],
  options: SpikeSummaryOptions,
): Summary {
  const predictions = batches.flatMap((batch) => batch.predictions);
  const activity = totalActivity(batches);
  const { hiddenSteps, ...spikes } =
    network.spiking && activity ? summariseSpikes(network, predictions, activity, options) : nothingSpiked;
  const tellsClasses = options.task === 'classification';
  const task = summariseTask(options.task, predictions);
  const tokens = summariseTokens(batches, spikes);
  return {
    images: predictions.length,
    ...(task && { task }),
    ...(tokens && { tokens }),
    ...summariseOutputs(network.model, predictions),
    hiddenSteps,
    skipped: batches.flatMap(({ skipped }) => skipped),
    seen: seenDigests(network.model) ? countSeen(predictions) : null,
    seconds: batches.reduce((sum, { seconds }) => sum + seconds, 0),
    source: accuracy(tellsClasses ? sourceMetrics(predictions) : {}),
    fineTuning: readConversionRecord(network.model)?.fineTuning ?? null,
    fewBits: readFewBits(network.model),
    ...spikes,
    flips: countFlips(tellsClasses ? predictions : []),
  };
}

/** Spikes of all batches; `undefined` where there are none. */
function totalActivity(batches: readonly BatchRecord[]): Activity | undefined {
  return batches.reduce<Activity | undefined>(
    (total, { activity }) => (total && activity ? addActivity(total, activity) : (total ?? activity)),
    undefined,
  );
}

function countSeen(predictions: readonly ImageRecord[]): SeenImages {
  const countOf = (what: keyof SeenImages) => predictions.filter(({ seen }) => seen === what).length;
  return { calibration: countOf('calibration'), selection: countOf('selection') };
}
