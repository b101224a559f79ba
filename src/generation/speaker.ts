import { logitsOf } from '../analysis/logits-of.ts';
import type { TokenInputs } from '../analysis/token-inputs.ts';
import type { Engine } from '../engines/plan-run.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { tokenBatch } from '../text/token-batch.ts';

/** A network that says the next token. */
export interface Speaker {
  /**
   * Scores of the token behind a text, after each time-step; one row for a network that does not spike.
   *
   * @param from position of the first token that is wanted; default: the last one alone
   * @returns by time-step, then by position
   */
  scores(ids: readonly number[], from?: number): Promise<Float32Array[][]>;
  close(): Promise<void>;
}

/** How tokens become inputs of a speaker. */
export interface SpeakerInputs {
  readonly inputs: TokenInputs;
  /** Number of the token that fills rows up. */
  readonly padding: number;
  /** Most tokens that the network takes. */
  readonly most: number;
}

/** Rows grow by so many tokens at a time: for every length, engines lay out their memory once. */
const stride = 16;

/** A spiking network that speaks. It is given the whole text for every token, since a neuron answers all of its steps at once. */
export function spikingSpeaker(engine: Engine, inputs: SpeakerInputs): Speaker {
  return {
    scores: async (ids, from) => rowsOf((await engine.run(batchOf(ids, inputs))).logits, ids.length, from),
    close: () => engine.close(),
  };
}

/** The source network as one that speaks. @param threads of ONNX Runtime */
export async function sourceSpeaker(source: Model, inputs: SpeakerInputs, threads: number): Promise<Speaker> {
  const session = await OrtSession.create(source, { threads });
  const { name } = logitsOf(source);
  return {
    async scores(ids, from) {
      const { shape, data } = lookUp(await session.run(batchOf(ids, inputs)), name, 'output');
      return rowsOf({ shape: [1, ...shape], data }, ids.length, from);
    },
    close: () => session.release(),
  };
}

/** What stands behind a text does not change what is said of it: padding goes there. */
function batchOf(ids: readonly number[], { inputs, padding, most }: SpeakerInputs): InputBatch {
  const fixed = inputs.ids.shape?.[1];
  const length = typeof fixed === 'number' ? fixed : Math.min(most, Math.ceil(ids.length / stride) * stride);
  return tokenBatch(inputs, [{ ids, types: ids.map(() => 0) }], { length, padding, side: 'right' });
}

/** @param logits [T, 1, tokens, vocabulary] */
function rowsOf({ shape, data }: FloatTensor, tokens: number, from = tokens - 1): Float32Array[][] {
  const [steps, , length, vocabulary] = shape as [number, number, number, number];
  return Array.from({ length: steps }, (_, t) =>
    Array.from({ length: tokens - from }, (_, i) => {
      const at = (t * length + from + i) * vocabulary;
      return data.slice(at, at + vocabulary) as Float32Array;
    }),
  );
}
