import type { ImageRecord } from '../results/batch-record.ts';
import type { Verdict } from '../results/comparison-result.ts';
import { mcnemarTest } from './mcnemar-test.ts';

/** What the answers of two networks after their last steps say about which is better. */
export interface AnswerDifference {
  /** Images that both answered. */
  readonly images: number;
  /** Who is right; null without labels. */
  readonly top1: Verdict | null;
  /** Who answers as the source network does. */
  readonly agreement: Verdict;
}

/** Compares two networks image by image, after the last step of each. */
export function compareAnswers(
  first: readonly ImageRecord[],
  second: readonly ImageRecord[],
): AnswerDifference {
  const others = new Map(second.map((image) => [image.id, image]));
  const pairs = first.flatMap((one) => {
    const other = others.get(one.id);
    return other ? [{ one, other }] : [];
  });
  const labelled = pairs.filter(({ one }) => one.label !== undefined);
  const verdict = (among: typeof pairs, isRight: (image: ImageRecord) => boolean): Verdict => {
    const onlyFirst = among.filter(({ one, other }) => isRight(one) && !isRight(other)).length;
    const onlySecond = among.filter(({ one, other }) => isRight(other) && !isRight(one)).length;
    return { onlyFirst, onlySecond, p: mcnemarTest(onlyFirst, onlySecond) };
  };
  return {
    images: pairs.length,
    top1: labelled.length > 0 ? verdict(labelled, (image) => answerOf(image) === image.label) : null,
    agreement: verdict(pairs, (image) => answerOf(image) === image.source[0]),
  };
}

/** The last step's best class; a network that does not spike has only the source's. */
function answerOf({ steps, source }: ImageRecord): number | undefined {
  return (steps.at(-1) ?? source)[0];
}
