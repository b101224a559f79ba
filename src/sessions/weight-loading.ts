import { tensorsOf } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';

/**
 * How a session holds weights that lie in files. `packed`: a copy in the order in which they are fastest read. `mapped`:
 * the file itself, mapped into memory; all sessions of all threads share these pages, loading takes no time, and constant
 * expressions such as a transposed weight become part of the operators that read them.
 */
export type WeightLoading = 'packed' | 'mapped';

/** From this many bytes on, weights are mapped. Small networks run about a tenth faster with packed ones. */
const mappedFrom = 256 * 2 ** 20;

/** How the weights of a network are held when nothing else is said: large float32 ones are mapped. */
export function weightLoadingOf(model: Model): WeightLoading {
  const outside = [...tensorsOf(model.graph)].filter(({ storage }) => storage.kind === 'external');
  const bytesOf = (isFloat32: boolean) =>
    outside
      .filter(({ dataType }) => (dataType === 'float32') === isFloat32)
      .reduce((sum, { byteLength }) => sum + byteLength, 0);
  // Weights of half precision would have to be cast again in every run.
  return bytesOf(true) >= mappedFrom && bytesOf(false) < mappedFrom ? 'mapped' : 'packed';
}

/** Settings of a session of a few runs. */
interface FewRuns {
  readonly threads: number;
  readonly weights: WeightLoading;
  readonly optimise: 'none' | 'all';
}

/**
 * How a session of a few runs holds a network: no weights are copied, and a small network stays as it is, which takes less than to optimise it. In a
 * large one weights that are transposed in every run would cost more.
 */
export function forFewRuns(model: Model, threads = 1): FewRuns {
  return { threads, weights: 'mapped', optimise: weightLoadingOf(model) === 'mapped' ? 'all' : 'none' };
}
