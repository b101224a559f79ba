import { logitsOf } from '../analysis/logits-of.ts';
import { UsageError } from '../errors.ts';
import type { ParsedPreprocessConfig } from '../images/parse-preprocess-config.ts';
import type { Network } from '../opening/open-network.ts';
import type { Normalisation } from '../training/data/batch-loader.ts';

/** How pictures become inputs of a network. @throws UsageError for a network that reads no pictures of one or three channels */
export function pictureForm({ path, preprocess, inputShape, model }: Network): PictureForm {
  const channels = inputShape.length === 3 ? inputShape[0] : undefined;
  if (preprocess && (channels === 1 || channels === 3)) {
    const classes = Number(logitsOf(model).shape?.at(-1));
    return { config: preprocess, classes, channels, mean: preprocess.mean, std: preprocess.std };
  }
  throw new UsageError({
    where: path,
    expected: 'a network that reads pictures of one or three channels',
    got: `inputs [${inputShape.join(', ')}]`,
    remedy: 'Train networks of pictures',
  });
}

/** What of a network says how it reads pictures. */
export interface PictureForm extends Normalisation {
  readonly config: ParsedPreprocessConfig;
  /** Number of outputs of the network. */
  readonly classes: number;
  readonly channels: 1 | 3;
}
