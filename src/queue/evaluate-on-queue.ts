import type { PictureFile } from '../data/dataset.ts';
import type { Batch } from '../data/load-batch.ts';
import { decodeImage } from '../decoding/decode-image.ts';
import { DataError, RuntimeError } from '../errors.ts';
import { inputsOf, partOf } from '../evaluation/run/drain-batches.ts';
import type { ElsewhereOptions, EvaluateElsewhere } from '../evaluation/run/evaluate-elsewhere.ts';
import { encodeForSession } from '../files/encode-for-session.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';
import { type Content, contentOf } from './content.ts';
import { JobFailure, mostDeaths } from './job-ledger.ts';
import { jobName } from './job-name.ts';
import { pack, unpackText } from './packed.ts';
import { weightFiles } from './weight-files.ts';
import { workAhead } from './work-ahead.ts';
import type { EvaluationAnswer, EvaluationStart, SentPicture } from './work-message.ts';
import type { WorkQueue } from './work-queue.ts';

/** What an evaluation on a queue has to know beside the images. */
export interface QueuedEvaluation {
  /** What is evaluated, in a few words. */
  readonly title: string;
  /** What makes the run this one and no other, such as its folder. */
  readonly name: string;
  readonly images: number;
  /** Memory of one process that evaluates, in bytes. */
  readonly bytes: number;
  /** Whether an image that cannot be read, or that workers die of, ends the run. */
  readonly strict: boolean;
}

/**
 * Evaluates images by the workers of a queue: a job is a batch, of picture files by what they hold, or of numbers that this machine has read. Jobs are named by all that decides
 * about their results, so that one that is done is not done again.
 */
export function evaluateOnQueue(queue: WorkQueue, run: QueuedEvaluation): EvaluateElsewhere {
  return async (options) => {
    const evaluation = new EvaluationOnQueue(queue, run, options);
    const stop = () => void queue.stop();
    options.signal?.addEventListener('abort', stop, { once: true });
    try {
      await evaluation.run();
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  };
}

/** A picture that can be read. */
interface KnownPicture {
  readonly file: PictureFile;
  readonly content: Content;
}

/** Images of one job. */
interface Part {
  readonly ids: readonly string[];
  /** The images from one position up to another. */
  cut(from: number, to: number): Part;
  evaluate(): Promise<void>;
}

class EvaluationOnQueue {
  readonly #queue: WorkQueue;
  readonly #run: QueuedEvaluation;
  readonly #options: ElsewhereOptions;
  /** Name of the run among all. */
  #id = '';
  #most = Number.POSITIVE_INFINITY;

  constructor(queue: WorkQueue, run: QueuedEvaluation, options: ElsewhereOptions) {
    this.#queue = queue;
    this.#run = run;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { signal, onReady } = this.#options;
    await this.#offer();
    onReady();
    const parts = this.#parts();
    const untilStopped: AsyncIterator<Part> = {
      next: async () => (signal?.aborted ? { done: true, value: undefined } : parts.next()),
    };
    await workAhead(
      untilStopped,
      () => this.#queue.wanted,
      (part) => this.#evaluate(part),
    );
  }

  async #offer(): Promise<void> {
    const { network, pictures, quantisation, task, engine, synapses, memoryMB } = this.#options;
    const { title, name, images, bytes } = this.#run;
    const files = await weightFiles(network.model);
    for (const file of files) this.#queue.content.addFile(file);
    const start = this.#queue.content.hold(
      pack({
        kind: 'evaluation',
        model: encodeForSession(network.model),
        ...(network.spiking && { steps: network.steps }),
        reading: pictures?.reading,
        quantisation,
        task,
        engine,
        synapses,
        memoryMB,
      } satisfies EvaluationStart),
    );
    this.#id = jobName(name, start.hash, ...files.map(({ hash }) => hash));
    await this.#queue.offer(this.#id, { title, start, files, bytes, total: images });
  }

  async *#parts(): AsyncGenerator<Part> {
    const { pictures, batches } = this.#options;
    if (pictures) {
      for await (const files of pictures.batches()) {
        const known = await this.#known(files);
        if (known.length > 0) yield this.#ofPictures(known);
      }
      return;
    }
    const source = batches();
    for (let next = await source.next(); !next.done; next = await source.next())
      yield this.#ofBatch(next.value);
  }

  /** Those of the pictures that there are. */
  async #known(files: readonly PictureFile[]): Promise<KnownPicture[]> {
    const found = await Promise.all(
      files.map(async (file) => {
        try {
          const content = contentOf(await readOrdinaryFile(file.path), file.path);
          this.#queue.content.addFile(content);
          return [{ file, content }];
        } catch {
          await this.#skipUnread(file);
          return [];
        }
      }),
    );
    return found.flat();
  }

  /** Whoever decodes it says what is wrong. */
  async #skipUnread({ id, path }: PictureFile): Promise<void> {
    const error = await decodeImage(path).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(error instanceof DataError)) throw error ?? new Error(`${path} comes and goes`);
    this.#skip(id, error.message);
  }

  #skip(id: string, reason: string): void {
    if (this.#run.strict) throw new DataError(reason);
    this.#options.onSkipped(id, reason);
  }

  /** Evaluates images in as many jobs as it takes. */
  async #evaluate(part: Part): Promise<void> {
    const images = part.ids.length;
    if (images > this.#most) return this.#inParts(part, this.#most);
    try {
      await part.evaluate();
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      if (error.why === 'withdrawn') return;
      if (error.why === 'deaths')
        return images > 1 ? this.#inParts(part, 1) : this.#giveUp(part.ids[0]!, error);
      if (error.why === 'error' || images === 1) throw new RuntimeError(error.content, { cause: error });
      const half = Math.ceil(images / 2);
      if (half < this.#most)
        this.#options.onWarning(`memory ran out with a batch of ${images}; going on with batches of ${half}`);
      this.#most = Math.min(this.#most, half);
      await this.#inParts(part, half);
    }
  }

  async #inParts(part: Part, size: number): Promise<void> {
    const count = Math.ceil(part.ids.length / size);
    const parts = Array.from({ length: count }, (_, i) => part.cut(i * size, (i + 1) * size));
    const ends = await Promise.allSettled(parts.map((each) => this.#evaluate(each)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** An image that workers die of is left out. */
  #giveUp(id: string, failure: JobFailure): void {
    const how = new RuntimeError(failure.content).message;
    const reason = `image '${id}': expected an answer, got the death of ${mostDeaths} workers (${how}). Look at the image, or allow workers more memory.`;
    this.#options.onWarning(reason);
    this.#skip(id, reason);
  }

  #ofPictures(known: readonly KnownPicture[]): Part {
    const { onAnswers } = this.#options;
    return {
      ids: known.map(({ file }) => file.id),
      cut: (from, to) => this.#ofPictures(known.slice(from, to)),
      evaluate: async () => {
        const pictures: SentPicture[] = known.map(({ file: { id, label }, content }) => ({
          id,
          label,
          content,
        }));
        const right = known.flatMap(({ file }) => file.target ?? []);
        const targets = right.length > 0 ? this.#queue.content.hold(pack(right)) : undefined;
        const contents = [...known.map(({ content }) => content), ...(targets ? [targets] : [])];
        const order = { kind: 'pictures', pictures, ...(targets && { targets }) } as const;
        try {
          const { outcome, read, met, skipped } = await this.#answer(order, pictures.length, contents);
          for (const { id, reason } of skipped) this.#skip(id, reason);
          const files = read.map((i) => known[i]!.file);
          const samples = { ids: files.map(({ id }) => id), labels: files.map(({ label }) => label) };
          if (outcome) await onAnswers(samples, met, outcome);
        } finally {
          this.#queue.release(targets);
        }
      },
    };
  }

  #ofBatch(batch: Batch): Part {
    return {
      ids: batch.ids,
      cut: (from, to) => this.#ofBatch(partOf(batch, from, to)),
      evaluate: async () => {
        const sent = this.#queue.content.hold(pack({ ...inputsOf(batch), targets: batch.targets }));
        try {
          const order = { kind: 'batch', batch: sent } as const;
          const { outcome } = await this.#answer(order, batch.ids.length, [sent]);
          if (outcome) await this.#options.onOutcome(batch, outcome);
        } finally {
          this.#queue.release(sent);
        }
      },
    };
  }

  async #answer(
    order: Parameters<WorkQueue['run']>[1],
    images: number,
    contents: readonly Content[],
  ): Promise<EvaluationAnswer> {
    const id = jobName(
      this.#id,
      ...contents.map(({ hash }) => hash),
      ...(order.kind === 'pictures' ? order.pictures.map(({ id }) => id) : []),
    );
    const { answer } = await this.#queue.run(id, order, images);
    return unpackText<EvaluationAnswer>(answer);
  }
}
