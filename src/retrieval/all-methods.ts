import type { Model } from '../graph/model.ts';
import type { ComplexVector } from '../signals/complex-matrix.ts';
import { softThreshold } from '../signals/soft-threshold.ts';
import { classicalMethods } from './classical-methods.ts';
import { fitGreedy } from './fit-greedy.ts';
import { codedMethod, productForm, sourceMethod, spikingMethods } from './network-methods.ts';
import type { RetrievalArray, RetrievalMethod } from './retrieval-method.ts';
import { greedyUnits, type UnitCode, uncoupledUnits } from './unit-codes.ts';
import { type UnrolledLayer, unrolledLayers } from './unrolled-weights.ts';

/** Internal steps that greedy codes are shown with. */
const greedySteps = [4, 6, 8, 10] as const;
/** Share of θ that real and imaginary part lose each where they are not coupled; it does best among 0.7, 0.8 and 0.9. */
const uncoupledShare = 0.8;
/** Calibration snapshots that greedy codes are fitted to. */
const greedyCalibration = 32;

/** The network, its spiking forms and the classical rivals. @param calibration snapshots that thresholds and codes are fitted on */
export async function allMethods(
  array: RetrievalArray,
  source: Model,
  calibration: readonly ComplexVector[],
): Promise<RetrievalMethod[]> {
  const layers = unrolledLayers(source, array);
  const form = productForm(source);
  return [
    await sourceMethod(array, form),
    ...(await spikingMethods(array, form, calibration)),
    ...(layers ? codedMethods(array, layers, calibration.slice(0, greedyCalibration)) : []),
    ...classicalMethods(array),
  ];
}

function codedMethods(
  array: RetrievalArray,
  layers: readonly UnrolledLayer[],
  calibration: readonly ComplexVector[],
): RetrievalMethod[] {
  const greedy = greedySteps.map((steps) => {
    const code = exactAtTheEnd(layers, greedyUnits(fitGreedy(layers, calibration, steps)));
    const summary = `coupled greedy code in ${steps} internal steps, eight directions, no multiplier`;
    return codedMethod(array, layers, code, { name: `s-lista-greedy-${steps}`, summary }, true);
  });
  const uncoupled = codedMethod(
    array,
    layers,
    uncoupledUnits(layers, uncoupledShare),
    {
      name: 's-lista-uncoupled',
      summary: `both parts shrunk alone, by ${uncoupledShare} θ, in exact arithmetic: what coupling is worth`,
    },
    false,
  );
  return [...greedy, uncoupled];
}

/** The last layer's answer is read from its membranes, as it is in all forms. */
function exactAtTheEnd(layers: readonly UnrolledLayer[], code: UnitCode): UnitCode {
  const last = layers.length - 1;
  return {
    tell: (potential, layer) =>
      layer === last
        ? { told: softThreshold(potential, layers[last]?.threshold ?? 0), spikes: 0 }
        : code.tell(potential, layer),
  };
}
