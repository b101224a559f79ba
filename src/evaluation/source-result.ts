/** Accuracy of a network that does not spike. Shares are in [0, 1]; intervals are 95 % (Wilson). */
export interface SourceResult {
  /** Share of images whose label is the best class; null without labels. */
  readonly top1: number | null;
  readonly top1Interval: readonly [number, number] | null;
  /** Share of images whose label is among the best five; null without labels. */
  readonly top5: number | null;
  readonly top5Interval: readonly [number, number] | null;
}
