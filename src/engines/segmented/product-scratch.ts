import { sizeOf } from '../../graph/shape.ts';
import type { RunIntegerProduct } from './action.ts';
import type { StepShape } from './step-shape.ts';

/** How a product uses memory beside its input and output; addresses are in bytes from its beginning. */
interface ProductScratch {
  /** Whole-number products of all steps, or sums of one image; scales and biases lie before them. */
  readonly products: number;
  readonly bytes: number;
}

/** @param output shape of one step */
export function productScratch(
  { scales, arrangement }: RunIntegerProduct,
  output: StepShape,
  steps: number,
): ProductScratch {
  const products = 8 * scales.length;
  if (!arrangement) return { products, bytes: products };
  const count =
    arrangement.kind === 'by-head' ? steps * sizeOf(output.dims) : arrangement.places * scales.length;
  return { products, bytes: products + 4 * count };
}
