/** Results when every image stops at the first step whose confidence reaches a threshold. */
export interface EarlyExitResult {
  /** Threshold on the largest softmax of the running-mean logits. */
  readonly threshold: number;
  /** Time-steps until the answer, mean over the images. */
  readonly meanSteps: number;
  /** Share of images that stop at each step 1…T. */
  readonly exits: readonly number[];
  /** Share of images whose label is the answer; null without labels. */
  readonly top1: number | null;
  readonly top1Interval: readonly [number, number] | null;
  /** Share of images whose answer is the source network's best class. */
  readonly agreement: number;
  readonly agreementInterval: readonly [number, number];
  /** Mean of the energy ratios at the steps where images stop; activity at a step is taken to be the same for all images. */
  readonly energy: { readonly ecmtRatio: number; readonly fullRatio: number };
}
