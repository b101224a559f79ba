import { z } from 'zod';
import type { Tensor } from '../graph/tensor.ts';
import { activationNamed, activationNames, type PerceptronActivation } from './perceptron-activation.ts';
import type { Report } from './problem-line.ts';
import type { TextHead } from './text-transformer.ts';

const count = z.int().positive();

/** A number of pixels a side, or [height, width]. */
export const sizeOrPair = z.union([count, z.tuple([count, count])]);

/** Fields of config.json that tell the classes, and what kind of network was saved. */
export const classFields = {
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.unknown()).nullish(),
  num_labels: count.nullish(),
};

/** The number of classes: as the labels say, else the rows of the classifier's weight. */
export function classCount(
  { id2label, num_labels }: z.infer<z.ZodObject<typeof classFields>>,
  weight: Tensor | undefined,
  report: Report,
): number {
  const labels = id2label ? Object.keys(id2label).length : num_labels;
  const classes = labels || weight?.shape[0];
  if (classes) return classes;
  report({
    where: "'classifier.weight'",
    expected: 'a classifier, or the number of its classes as id2label or num_labels',
    got: 'neither',
    remedy: 'Use the weights of a classifier, not those of the bare encoder',
  });
  return 1;
}

/** The activation function that a field of config.json names. */
export function configuredActivation(
  name: string,
  report: Report,
  field = 'hidden_act',
): PerceptronActivation {
  const known = activationNamed(name);
  if (known) return known;
  report({
    where: `'${field}'`,
    expected: `one of ${activationNames.join(', ')}`,
    got: `'${name}'`,
    remedy: 'A network with another activation function comes in as ONNX',
  });
  return 'gelu';
}

/** The number of heads, which must divide the number of features. */
export function headCount(width: number, heads: number, report: Report): number {
  if (width % heads === 0) return heads;
  report({
    where: "'num_attention_heads'",
    expected: `a divisor of 'hidden_size' ${width}`,
    got: `${heads}`,
    remedy: 'Use the config.json that belongs to the weights',
  });
  return 1;
}

/** The classes of a network that may be without a classifier: undefined then, and reported if config.json speaks of one. */
export function classesIfAny(
  labels: z.infer<z.ZodObject<typeof classFields>>,
  tensors: ReadonlyMap<string, Tensor>,
  report: Report,
  classifier = 'classifier',
): number | undefined {
  const weight = tensors.get(`${classifier}.weight`);
  if (weight) return classCount(labels, weight, report);
  const stated = labels.architectures?.find((name) => /For(Image|Sequence)Classification/.test(name));
  if (stated !== undefined) {
    report({
      where: `'${classifier}.weight'`,
      expected: `a classifier, as 'architectures' says ${stated}`,
      got: 'none',
      remedy: 'Use weights with a classifier, and the config.json that belongs to them',
    });
  }
  return undefined;
}

/** What stands before the first dot of the tensors that match: the name of the model inside, with the dot; '' if there is none. */
export function modelPrefix(names: Iterable<string>, inside: RegExp): string | undefined {
  for (const name of names) {
    const found = inside.exec(name);
    if (found) return name.slice(0, found.index);
  }
  return undefined;
}

/** Reports a `model_type` of other operators whose tensors have the same names. */
export function checkModelType(type: string, known: readonly string[], report: Report): void {
  if (known.includes(type)) return;
  report({
    where: "'model_type'",
    expected: `one of ${known.join(', ')}`,
    got: `'${type}'`,
    remedy: 'A network of another type comes in as ONNX',
  });
}

/** What the head of a decoder depends on. */
export interface DecoderSettings extends z.infer<z.ZodObject<typeof classFields>> {
  readonly width: number;
  readonly vocab_size: number;
  readonly tie_word_embeddings: boolean;
  readonly pad_token_id?: number | null | undefined;
  /** Path of the embeddings of tokens. */
  readonly embedding: string;
}

/**
 * The head of a decoder: a classifier of the last token (`score`), logits of the next token at each (`lm_head`, or the embeddings
 * of tokens where both are tied), or the tokens themselves.
 */
export function decoderHead(
  settings: DecoderSettings,
  tensors: ReadonlyMap<string, Tensor>,
  report: Report,
): TextHead {
  const { width, vocab_size, tie_word_embeddings: tied, embedding, pad_token_id, architectures } = settings;
  const score = tensors.get('score.weight');
  if (score) {
    return {
      kind: 'text',
      pooling: { lastBefore: pad_token_id ?? undefined },
      ...{ dense: undefined, activation: undefined, norm: undefined },
      output: { path: 'score', bias: false },
      outputs: classCount(settings, score, report),
    };
  }
  if (tensors.has('lm_head.weight'))
    return { kind: 'tokens', output: { path: 'lm_head', bias: false }, outputs: vocab_size };
  const speaks = architectures?.some((name) => /(LMHeadModel|ForCausalLM)$/.test(name)) ?? false;
  if (!speaks) return { kind: 'tokens', output: undefined, outputs: width };
  if (tied) return { kind: 'tokens', output: { path: embedding, bias: false }, outputs: vocab_size };
  report({
    where: "'lm_head.weight'",
    expected: "a tensor, or 'tie_word_embeddings' true",
    got: 'neither',
    remedy: 'Use the config.json that belongs to the weights',
  });
  return { kind: 'tokens', output: undefined, outputs: width };
}
