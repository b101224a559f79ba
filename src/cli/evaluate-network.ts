import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { EngineName, Synapses } from '../engines/engines.ts';
import { chooseWorkers } from '../evaluation/choose-workers.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { reportRun } from '../jobs/report-run.ts';
import { absoluteDataPath } from '../opening/absolute-data-path.ts';
import { openInputs } from '../opening/open-inputs.ts';
import type { Network } from '../opening/open-network.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { RunSettings } from '../results/run-settings.ts';
import { RunRecord } from '../runs/run-record.ts';
import { stepsOf } from '../spiking/neuron-node.ts';
import { freeMemory } from '../workers/free-memory.ts';
import { cores } from './options.ts';
import { printNotice } from './print-notice.ts';
import { showProgress } from './progress.ts';
import { stopOnInterrupt } from './stop-on-interrupt.ts';

/** What the command line knows about an evaluation. */
export interface EvaluateSettings {
  readonly data: string;
  readonly labels?: string;
  readonly split?: string;
  readonly steps?: number;
  readonly limit?: number;
  readonly batch?: number;
  readonly workers?: number;
  /** MB of activations in each worker. */
  readonly memory?: number;
  readonly run?: string;
  readonly strict?: boolean;
  readonly engine?: EngineName;
  readonly synapses?: Synapses;
  /** Whether to evaluate the equal-bit quantised network, too. Default true. */
  readonly quantised?: boolean;
  /** A confidence threshold for early exits. */
  readonly exitConfidence?: number;
}

/** The end of an evaluation, the folder of its record, and the path of the report if one could be drawn. */
export type NetworkEvaluation = { readonly folder: string } & (
  | { readonly finished: true; readonly result: EvaluationResult; readonly report: string | undefined }
  | { readonly finished: false; readonly done: number }
);

/** Evaluates an opened network with workers and progress; the first Ctrl-C stops it so that it can be continued. */
export async function evaluateNetwork(
  network: Network,
  settings: EvaluateSettings,
): Promise<NetworkEvaluation> {
  const { data, labels, split, limit, batch, strict = false } = settings;
  const { engine = 'fast', synapses = 'float32' } = settings;
  const steps = settings.steps ?? stepsOf(network.model);
  const needsLabels = !data.endsWith('.npy');
  const inputs = await openInputs(network, data, {
    labels,
    split,
    limit,
    batchSize: batch,
    strict,
    needsLabels,
  });
  if (network.preprocess?.assumed && inputs.dataset.kind !== 'npy') {
    console.error(
      'warning: nothing says how pictures are preprocessed; taking the usual settings of ImageNet',
    );
  }
  warnOfOtherClasses(network, inputs.dataset.classNames);
  const record = await openRecord(network, settings, steps, inputs.dataset.size);
  const { workers, threads, reason } = chooseWorkers(
    network.model,
    Math.ceil(inputs.dataset.size / inputs.batchSize),
    settings.workers,
    { processors: cores, freeBytes: freeMemory() },
  );
  if (reason) console.error(`${reason} (--workers overrides)`);
  const interruption = stopOnInterrupt('the batches under way');
  const progress = showProgress('evaluating', inputs.dataset.size, 'images');
  try {
    const end = await evaluate({
      model: network.model,
      data: { size: inputs.dataset.size, batches: inputs.batches },
      workers,
      threads,
      record,
      engine,
      synapses,
      signal: interruption.signal,
      ...(settings.quantised !== undefined && { quantised: settings.quantised }),
      exitConfidence: settings.exitConfidence,
      memoryMB: settings.memory,
      ...(steps !== undefined && { steps }),
      onWarning: (message) => console.error(`warning: ${message}`),
      onProgress: ({ done, skipped }) => progress.update(done, skipped > 0 ? `(${skipped} left out)` : ''),
    });
    if (!end.finished) return { folder: record.folder, ...end };
    const classes = inputs.dataset.classNames;
    const report = await reportRun(record.folder, { ...network, classes }, { onNotice: printNotice });
    return { folder: record.folder, ...end, report };
  } finally {
    progress.stop();
    interruption.end();
  }
}

async function openRecord(
  network: Network,
  settings: EvaluateSettings,
  steps: number | undefined,
  images: number,
) {
  const { data, labels, split, limit, engine = 'fast', synapses = 'float32' } = settings;
  const decisive: RunSettings = {
    model: network.path,
    fingerprint: network.fingerprint,
    data: absoluteDataPath(data),
    labels: labels === undefined ? undefined : resolve(labels),
    split,
    limit,
    steps,
    engine,
    synapses,
    // Runs from before there was a choice count as the default.
    quantised: settings.quantised === false ? false : undefined,
    images,
  };
  const hash = createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 8);
  const folder = settings.run ?? join('runs', `${network.name}-${hash}`);
  const record = await RunRecord.open(folder, decisive);
  const done = record.done.reduce((sum, { predictions }) => sum + predictions.length, 0);
  if (done > 0) console.error(`going on after ${done} images of an interrupted run in ${folder}`);
  return record;
}

/** Classes are numbered by their sorted names unless told otherwise: right only if all classes of the network are there. */
function warnOfOtherClasses({ model }: Network, names: readonly string[] | undefined): void {
  const classes = model.graph.outputs[0]?.shape?.at(-1);
  if (!names || typeof classes !== 'number' || names.length === classes) return;
  console.error(
    `warning: the data have ${names.length} classes, the network ${classes}; classes are numbered in the order of their names. If that is not the network's order, give --labels`,
  );
}
