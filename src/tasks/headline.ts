import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Figure } from '../results/task-result.ts';
import { classification } from './classification.ts';
import { taskNamed } from './tasks.ts';

type Interval = readonly [number, number];

type Figures = Readonly<Record<string, Figure>>;

/** The two figures that stand for a network where there is room for one number. At most 1 each; R² may be below 0. */
export interface Headline {
  /** How good it is against labels or targets; null without them. */
  readonly quality: number | null;
  /** Its 95 % interval. */
  readonly qualityInterval: Interval | null;
  /** How like its source network it is. */
  readonly likeness: number | null;
  readonly likenessInterval: Interval | null;
}

/** Headlines of all networks of a run. */
export interface Headlines {
  /** What quality and likeness are called. */
  readonly names: { readonly quality: string; readonly likeness: string };
  /** Quality of the source network. */
  readonly source: number | null;
  readonly sourceInterval: Interval | null;
  /** After each time-step. */
  readonly steps: readonly Headline[];
  readonly quantised: readonly Headline[];
}

/** What is known of a network that tells classes. */
interface ClassFigures {
  readonly top1: number | null;
  readonly top1Interval: Interval | null;
  readonly agreement: number | null;
  readonly agreementInterval: Interval | null;
}

/** What stands for the networks of a run, whatever they are for. */
export function headlinesOf({ task, source, steps, quantised }: EvaluationResult): Headlines {
  if (!task) {
    return {
      names: classification.names,
      source: source.top1,
      sourceInterval: source.top1Interval,
      steps: steps.map(classHeadline),
      quantised: (quantised?.networks ?? []).map(classHeadline),
    };
  }
  const { quality, likeness, names } = taskNamed(task.name);
  const headline = (figures: Figures): Headline => ({
    quality: quality(figures),
    qualityInterval: intervalOf(quality, figures),
    likeness: likeness(figures),
    likenessInterval: intervalOf(likeness, figures),
  });
  const { quality: own, qualityInterval } = headline(task.source);
  return {
    names,
    source: own,
    sourceInterval: qualityInterval,
    steps: task.steps.map(headline),
    quantised: task.quantised.map(headline),
  };
}

function classHeadline({ top1, top1Interval, agreement, agreementInterval }: ClassFigures): Headline {
  return {
    quality: top1,
    qualityInterval: top1Interval,
    likeness: agreement,
    likenessInterval: agreementInterval,
  };
}

/** A headline is one figure, or rises or falls with it: its bounds are those of the figure. */
function intervalOf(of: (figures: Figures) => number | null, figures: Figures): Interval | null {
  const at = (end: 0 | 1) =>
    of(
      Object.fromEntries(
        Object.entries(figures).map(([key, figure]) => [
          key,
          { ...figure, value: figure.interval?.[end] ?? null },
        ]),
      ),
    );
  const [one, other] = [at(0), at(1)];
  return one === null || other === null ? null : [Math.min(one, other), Math.max(one, other)];
}

/** Index of the best step, the earliest of equals; `undefined` where no step is known. */
export function bestStep(steps: readonly Headline[]): number | undefined {
  const known = steps.flatMap((headline, i) => (Number.isFinite(shownOf(headline)) ? [{ headline, i }] : []));
  const [first, ...rest] = known;
  if (!first) return undefined;
  return rest.reduce((a, b) => (shownOf(b.headline) > shownOf(a.headline) ? b : a), first).i;
}

/** The one of the two that is shown: quality where it is known. */
export function shownOf({ quality, likeness }: Pick<Headline, 'quality' | 'likeness'>): number {
  return quality ?? likeness ?? Number.NaN;
}

/** What an axis of {@link shownOf} shows, in percent. */
export function axisOf({ names, source }: Pick<Headlines, 'names' | 'source'>): string {
  const name = source === null ? names.likeness : names.quality;
  const ofImages = names === classification.names ? ' of images' : '';
  return `${name}, %${ofImages}`;
}
