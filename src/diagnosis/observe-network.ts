import { engines } from '../engines/engines.ts';
import { planRun } from '../engines/plan-run.ts';
import { type InputBatch, samplesOf } from '../graph/input-batch.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import type { ComparedNetwork, MeasuredSite } from '../sessions/compared-network.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { groupByMemory } from '../sessions/group-by-memory.ts';
import { OrtSession } from '../sessions/ort-session.ts';

/** Everything that happened at one site on one image; arrays have one number a neuron, and are written over with the next image. */
export interface SiteObservation {
  readonly site: MeasuredSite;
  /** Position of the image in the batch. */
  readonly image: number;
  /** What the source network has there. */
  readonly activation: Float32Array;
  /** Running mean of the input, x̄(t), for t = 1…T. */
  readonly means: readonly Float32Array[];
  /** What following operators read after step t. */
  readonly decoded: readonly Float32Array[];
  readonly spikes: readonly Float32Array[];
}

/** Options of {@link observeNetwork}. */
export interface ObserveNetworkOptions {
  /** Threads of ONNX Runtime. Default 1. */
  readonly threads?: number;
  /** Bound of the memory for activations, in MB; see SegmentedOptions. */
  readonly memoryMB?: number | undefined;
  /** Bound of the values of sites that are kept at a time, in MB; networks with more are run several times. Default 384, or `memoryMB` where that is less. */
  readonly valuesMB?: number | undefined;
}

/**
 * Runs a spiking network and its source on the same images, one at a time, and gives what every site receives, emits
 * and stands for. Memory is bounded: of large networks a part of the sites is kept at a time. Hidden steps are left out.
 *
 * @param images [N, …], float32
 */
export async function* observeNetwork(
  network: ComparedNetwork,
  images: InputBatch,
  { threads = 1, memoryMB, valuesMB = memoryMB }: ObserveNetworkOptions = {},
): AsyncGenerator<SiteObservation> {
  const { steps, sites, source } = network;
  // Input, decoded value and spikes of every step, the activation once.
  const bytesOf = ({ shape }: MeasuredSite) => 4 * (3 * steps + 1) * sizeOf(shape);
  for (const group of groupByMemory(sites, bytesOf, valuesMB)) {
    const plan = planRun(network, {
      keep: group.flatMap(({ value, decoded, spikes }) => [value, decoded, spikes]),
    });
    const engine = await engines.fast(plan, { threads, memoryMB, overwrites: true });
    const session = await OrtSession.create(
      exposeValues(
        source.model,
        group.map(({ carried }) => carried),
      ),
      { threads },
    );
    try {
      for (const [image, input] of samplesOf(images).entries()) {
        const activations = await session.run(input);
        const { values } = await engine.run(input);
        for (const site of group) {
          const overTime = (value: string) =>
            byStep(lookUp(values, value, 'value').data as Float32Array, plan);
          yield {
            site,
            image,
            activation: lookUp(activations, site.carried, 'activation').data as Float32Array,
            means: overTime(site.value),
            decoded: overTime(site.decoded),
            spikes: overTime(site.spikes),
          };
        }
      }
    } finally {
      await engine.close();
      await session.release();
    }
  }
}

function byStep(data: Float32Array, { steps, hiddenSteps }: { steps: number; hiddenSteps: number }) {
  const size = data.length / (hiddenSteps + steps);
  return Array.from({ length: steps }, (_, t) =>
    data.subarray((hiddenSteps + t) * size, (hiddenSteps + t + 1) * size),
  );
}
