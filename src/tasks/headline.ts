import type { EvaluationResult } from '../results/evaluation-result.ts';
import { classification } from './classification.ts';
import { taskNamed } from './tasks.ts';

/** The two figures that stand for a network where there is room for one number. At most 1 each; R² may be below 0. */
export interface Headline {
  /** How good it is against labels or targets; null without them. */
  readonly quality: number | null;
  /** How like its source network it is. */
  readonly likeness: number | null;
}

/** Headlines of all networks of a run. */
export interface Headlines {
  /** What quality and likeness are called. */
  readonly names: { readonly quality: string; readonly likeness: string };
  /** Quality of the source network. */
  readonly source: number | null;
  /** After each time-step. */
  readonly steps: readonly Headline[];
  readonly quantised: readonly Headline[];
}

/** What stands for the networks of a run, whatever they are for. */
export function headlinesOf({ task, source, steps, quantised }: EvaluationResult): Headlines {
  if (!task) {
    const { names } = classification;
    const headline = ({ top1, agreement }: { top1: number | null; agreement: number | null }): Headline => ({
      quality: top1,
      likeness: agreement,
    });
    return {
      names,
      source: source.top1,
      steps: steps.map(headline),
      quantised: (quantised?.networks ?? []).map(headline),
    };
  }
  const { quality, likeness, names } = taskNamed(task.name);
  const headline = (figures: Parameters<typeof quality>[0]): Headline => ({
    quality: quality(figures),
    likeness: likeness(figures),
  });
  return {
    names,
    source: quality(task.source),
    steps: task.steps.map(headline),
    quantised: task.quantised.map(headline),
  };
}

/** The one of the two that is shown: quality where it is known. */
export function shownOf({ quality, likeness }: Headline): number {
  return quality ?? likeness ?? Number.NaN;
}

/** What an axis of {@link shownOf} shows, in percent. */
export function axisOf({ names, source }: Pick<Headlines, 'names' | 'source'>): string {
  const name = source === null ? names.likeness : names.quality;
  const ofImages = names === classification.names ? ' of images' : '';
  return `${name}, %${ofImages}`;
}
