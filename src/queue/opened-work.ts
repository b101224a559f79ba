import { readFile } from 'node:fs/promises';
import { structureOf } from '../analysis/source-structure.ts';
import { seenDigests, seenFor } from '../conversion/seen-images.ts';
import type { Dataset } from '../data/dataset.ts';
import { type Batch, loadBatches } from '../data/load-batch.ts';
import { decodeImage } from '../decoding/decode-image.ts';
import { inputsOf } from '../evaluation/run/drain-batches.ts';
import { createEvaluator, type Evaluator } from '../evaluation/run/evaluator.ts';
import { FileSource } from '../files/file-source.ts';
import { parseOnnx } from '../formats/onnx/parse-onnx.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import type { QuantisationPlan } from '../quantisation/plan-quantisation.ts';
import { quantisedNetworks } from '../quantisation/quantised-networks.ts';
import { networkKind, type SpikingNetwork } from '../spiking/network-kind.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { compareNetwork, type NetworkComparison } from '../tuning/search/measure-network.ts';
import type { ContentCache } from './content-cache.ts';
import { type ContentSource, fetchBytes } from './fetch-content.ts';
import { unpack } from './packed.ts';
import type {
  EvaluationAnswer,
  EvaluationStart,
  SentTargets,
  TuningStart,
  WorkOrder,
  WorkStart,
} from './work-message.ts';

/** Where the files of a model's weights are on this machine, by where they are at the command. */
export type PlacesOfFiles = Readonly<Record<string, string>>;

/** A run with what its jobs need, which does them one by one. */
export interface OpenedWork {
  /** @returns what is packed for the command */
  answer(order: WorkOrder, cache: ContentCache, source: ContentSource): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens a run. @param path of what all of its jobs need. @param threads of ONNX Runtime */
export async function openWork(path: string, files: PlacesOfFiles, threads: number): Promise<OpenedWork> {
  const start = unpack<WorkStart>(await readFile(path));
  return start.kind === 'tuning'
    ? new OpenedTuning(start, threads)
    : OpenedEvaluation.open(start, files, threads);
}

/** An evaluation with its networks loaded. */
class OpenedEvaluation implements OpenedWork {
  readonly #start: EvaluationStart;
  readonly #model: Model;
  readonly #evaluator: Evaluator;

  private constructor(start: EvaluationStart, model: Model, evaluator: Evaluator) {
    this.#start = start;
    this.#model = model;
    this.#evaluator = evaluator;
  }

  static async open(
    start: EvaluationStart,
    files: PlacesOfFiles,
    threads: number,
  ): Promise<OpenedEvaluation> {
    const { model: bytes, steps, kind, reading, quantisation, ...options } = start;
    const model = readSent(bytes, files);
    const network = networkKind(model);
    const evaluator = await createEvaluator({
      quantised: network.spiking && quantisation ? await quantisedBeside(network, quantisation) : undefined,
      network: network.spiking ? { ...network, steps: steps ?? network.steps } : network,
      threads,
      ...options,
    });
    return new OpenedEvaluation(start, model, evaluator);
  }

  async answer(order: WorkOrder, cache: ContentCache, source: ContentSource): Promise<EvaluationAnswer> {
    if (order.kind === 'network') throw new Error('a network to compare in an evaluation');
    if (order.kind === 'pictures') return this.#evaluatePictures(order, cache, source);
    const batch = unpack<Parameters<Evaluator['evaluate']>[0]>(await fetchBytes(order.batch, source));
    return { outcome: await this.#evaluator.evaluate(batch), read: [], met: [], skipped: [] };
  }

  async close(): Promise<void> {
    await this.#evaluator.close();
  }

  async #evaluatePictures(
    { pictures, targets }: WorkOrder & { readonly kind: 'pictures' },
    cache: ContentCache,
    source: ContentSource,
  ): Promise<EvaluationAnswer> {
    const right = targets && unpack<SentTargets>(await fetchBytes(targets, source));
    const dataset: Dataset = {
      kind: 'pictures',
      name: 'pictures',
      size: pictures.length,
      labelled: false,
      id: (index) => pictures[index]!.id,
      sample: async (index) => {
        const { id, label, content } = pictures[index]!;
        const image = await decodeImage(await cache.bytesOf(content, source), content.path);
        return { kind: 'image', id, label, image, ...targetAt(right, index) };
      },
    };
    const skipped: { id: string; reason: string }[] = [];
    const { preprocess, inputShape, dataType } = this.#start.reading!;
    const batches = loadBatches(dataset, {
      preprocess,
      inputShape,
      dataType,
      batchSize: pictures.length,
      strict: false,
      isPart: true,
      onSkipped: (id, reason) => skipped.push({ id, reason }),
    });
    for await (const batch of batches) return { ...(await this.#evaluate(batch, pictures)), skipped };
    return { read: [], met: [], skipped };
  }

  async #evaluate(
    batch: Batch,
    pictures: readonly { readonly id: string }[],
  ): Promise<Omit<EvaluationAnswer, 'skipped'>> {
    const seen = seenDigests(this.#model);
    const outcome = await this.#evaluator.evaluate({ ...inputsOf(batch), targets: batch.targets });
    const read = batch.ids.map((id) => pictures.findIndex((picture) => picture.id === id));
    return { outcome, read, met: seen ? seenFor(batch, seen) : [] };
  }
}

function targetAt(targets: SentTargets | undefined, index: number): { target?: FloatTensor } {
  const target = targets?.[index];
  return target ? { target } : {};
}

async function quantisedBeside(
  { model, sites }: SpikingNetwork,
  { table, widths }: QuantisationPlan,
): Promise<Model[]> {
  const networks: Model[] = [];
  for await (const network of quantisedNetworks(structureOf(toSourceForm(model)), sites, table, widths))
    networks.push(network);
  return networks;
}

/** A tuning with its images. */
class OpenedTuning implements OpenedWork {
  readonly #start: TuningStart;
  readonly #threads: number;

  constructor(start: TuningStart, threads: number) {
    this.#start = start;
    this.#threads = threads;
  }

  async answer(order: WorkOrder, cache: ContentCache, source: ContentSource): Promise<NetworkComparison> {
    if (order.kind !== 'network') throw new Error('images to evaluate in a tuning');
    const files: Record<string, string> = {};
    for (const file of order.files) files[file.path ?? ''] = await cache.pathOf(file, source);
    const model = readSent(await fetchBytes(order.model, source), files);
    return compareNetwork(model, order.steps, this.#start[order.images], this.#threads, true);
  }

  async close(): Promise<void> {}
}

/** A model as it was sent, with the files of its weights as they lie here. */
function readSent(bytes: Uint8Array, files: PlacesOfFiles): Model {
  return parseOnnx(bytes, '/model.onnx', (location) => {
    const place = `/${location}`;
    return new FileSource(files[place] ?? place);
  });
}
