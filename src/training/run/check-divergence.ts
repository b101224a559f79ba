import { RuntimeError } from '../../errors.ts';
import { lookUp } from '../../look-up.ts';
import { entryAt, type ParameterLayout } from '../step/parameter-layout.ts';
import type { StepOutcome, TrainingVectors } from '../step/training-session.ts';

/** A loss this many times as large as the first one (plus one) counts as divergence. */
const divergenceFactor = 10;

const remedy =
  'Lower the learning rate, lengthen the warm-up, or limit the gradient with clip; the last checkpoint is kept';

/**
 * Stops a training whose numbers are no longer finite, or whose loss has run away.
 *
 * @param vectors parameters and statistics after the step
 * @throws RuntimeError that names the step and the first tensor that is not finite
 */
export function checkDivergence(
  step: number,
  { loss, gradientNorm }: StepOutcome,
  firstLoss: number,
  vectors: TrainingVectors,
  layout: ParameterLayout,
): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) {
    if (loss <= divergenceFactor * (firstLoss + 1)) return;
    throw new RuntimeError({
      where: `training step ${step}`,
      expected: `a loss near or below the first one, ${firstLoss.toPrecision(4)}`,
      got: `${loss.toPrecision(4)}: the training diverges`,
      remedy,
    });
  }
  const parameters = lookUp(vectors, 'parameters', 'vector');
  const place = parameters.findIndex((value) => !Number.isFinite(value));
  const tensor = entryAt(layout, place)?.name;
  throw new RuntimeError({
    where: `training step ${step}`,
    expected: 'a finite loss and gradient',
    got: `loss ${loss}, gradient length ${gradientNorm}${tensor ? `; first tensor that is not finite: '${tensor}'` : ''}`,
    remedy,
  });
}
