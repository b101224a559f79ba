import { synapticInputSites } from '../analysis/spike-sites.ts';
import { ConversionPipeline } from '../conversion/conversion-pipeline.ts';
import type { InputTensor } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { burst } from '../methods/burst.ts';
import type { Preset } from '../methods/define-method.ts';
import { ecmt } from '../methods/ecmt.ts';
import { fewSpikesPreset } from '../methods/few-spikes.ts';
import { signedSites } from '../methods/signed-sites.ts';

/** A way in which the units of an unrolled network spike. */
export interface SpikingForm {
  readonly name: string;
  readonly summary: string;
  readonly preset: Preset;
  /** Time-steps T. */
  readonly steps: number;
  /** Bits of the digits that its spikes carry, for the comparison with the quantised network. */
  readonly bits: number;
  readonly weightBits?: number;
}

function shrinkThenCode(bits: number, weightBits?: number): SpikingForm {
  return {
    name: `s-lista-shrink-${bits}${weightBits ? `-int${weightBits}` : ''}`,
    summary: `shrinks |v| in the membrane, then tells both parts in ${bits} digits with a sign${weightBits ? `; weights in ${weightBits} bits` : ''}`,
    preset: fewSpikesPreset(bits, []),
    steps: 1,
    bits: bits + 1,
    ...(weightBits && { weightBits }),
  };
}

/** Forms whose neurons are those of conversion methods. */
export const spikingForms: readonly SpikingForm[] = [
  shrinkThenCode(4),
  shrinkThenCode(6),
  shrinkThenCode(8),
  shrinkThenCode(10),
  shrinkThenCode(6, 8),
  {
    name: 's-lista-multi-threshold',
    summary: 'multi-threshold neurons of ECMT on both parts, four time-steps',
    preset: ecmt.presets.tuned,
    steps: 4,
    bits: 9,
  },
  {
    name: 's-lista-burst',
    summary: 'burst neurons on both parts, two time-steps',
    preset: burst.presets['base-2-twice'],
    steps: 2,
    bits: 9,
  },
];

/**
 * The spiking networks of an unrolled one, by the names of their forms. Neurons stand at everything that a coupling reads, that of the last
 * layer too; thresholds are fitted on the same calibration snapshots.
 */
export async function convertForms(
  source: Model,
  forms: readonly SpikingForm[],
  calibration: InputTensor,
): Promise<Map<string, Model>> {
  const pipeline = await ConversionPipeline.prepare(source, {
    ...signedSites,
    place: (graph) => synapticInputSites(graph, { head: true }),
  });
  const started = forms.map(({ preset, steps }) =>
    pipeline.sites.map((site) => ({ site, calibration: preset.calibrate(site, steps) })),
  );
  const observers = new Map(
    pipeline.sites.map(({ name }, i) => [
      name,
      {
        observe: (values: Float32Array, shape: readonly number[]) => {
          for (const each of started) each[i]!.calibration.observe(values, shape);
        },
      },
    ]),
  );
  const batches = () => [calibration];
  const options = { threads: 1, batchSize: calibration.shape[0] ?? 1 };
  await pipeline.observe(observers, batches, options);
  const made = new Map<string, Model>();
  for (const [f, { name, steps, weightBits }] of forms.entries()) {
    const neurons = started[f]!.map(({ site, calibration: each }) => ({ ...site, ...each.finish() }));
    const placed = pipeline.place(neurons, steps);
    const choice = weightBits === undefined ? undefined : { bits: weightBits };
    made.set(name, choice ? await pipeline.inFewBits(placed, choice, batches, options) : placed);
  }
  return made;
}
