import { z } from 'zod';
import { interval, list, numbers } from './schema-parts.ts';

/** A figure of quality with its 95 % interval (bootstrap over the images); null where the images do not tell it. */
const figure = z.object({ value: z.number().nullable(), interval: interval.nullable() });

/** What a run says of an output that is not measured. */
const otherOutput = z.object({
  name: z.string(),
  /** ‖y − s‖ / ‖s‖ after each time-step, over all images; s is the source network's output. */
  relativeError: list(z.number().nullable()),
});

function resultOf<Name extends string, Key extends string>(name: Name, keys: readonly [Key, ...Key[]]) {
  const figures = z.record(z.enum(keys), figure);
  return z.object({
    name: z.literal(name),
    /** Figures of the source network; those against itself are perfect. */
    source: figures,
    /** Figures of the spiking network after each time-step. */
    steps: list(figures),
    /** Figures of the quantised networks, in their order. */
    quantised: list(figures),
  });
}

/** Names of figures by task. */
export const figureKeys = {
  regression: ['error', 'correlation', 'targetError', 'r2', 'targetCorrelation'],
  dense: ['agreement', 'relativeError', 'cosine', 'accuracy', 'miou'],
  embedding: ['cosine', 'neighbours', 'relativeError'],
  decision: ['agreement', 'accuracy'],
  detection: ['agreement', 'map', 'ap50', 'ap75'],
  'next-token': ['perplexity', 'agreement', 'accuracy', 'divergence'],
} as const;

/** Names of tasks other than to tell classes. */
export const otherTasks = z.enum(['regression', 'dense', 'embedding', 'decision', 'detection', 'next-token']);

/** Schema of {@link TaskResult}. */
export const taskSchema = z.discriminatedUnion('name', [
  resultOf('regression', figureKeys.regression),
  resultOf('dense', figureKeys.dense),
  resultOf('embedding', figureKeys.embedding),
  resultOf('decision', figureKeys.decision),
  resultOf('detection', figureKeys.detection),
  resultOf('next-token', figureKeys['next-token']),
]);

/** Schema of what is said of outputs beside the one that is measured. */
export const otherOutputsSchema = list(otherOutput);

/** Schema of what is written down of the other outputs of one image: by output, then by step. */
export const otherJudgements = list(list(numbers));

/** A figure of quality with its 95 % interval. */
export type Figure = z.infer<typeof figure>;

/** How well a network does what it is for, where that is not to tell classes. */
export type TaskResult = z.infer<typeof taskSchema>;

/** How far an output that is not measured is from the source network's. */
export type OtherOutput = z.infer<typeof otherOutput>;
