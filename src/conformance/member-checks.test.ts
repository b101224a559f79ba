import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { architectures } from '../architectures/architectures.ts';
import type { Architecture } from '../checkpoints/define-architecture.ts';
import { saveCheckpoint, tinyConfig, tinyImages, tinyWeights } from '../checkpoints/tiny-vit.fixture.ts';
import { datasetKinds } from '../datasets/dataset-kinds.ts';
import { devices } from '../energy/devices/devices.ts';
import type { Exporter, ExporterSettings } from '../exporters/define-exporter.ts';
import { exporters } from '../exporters/exporters.ts';
import { writeNpy } from '../files/write-npy.ts';
import type { Model } from '../graph/model.ts';
import { ecmt } from '../methods/ecmt.ts';
import { rate } from '../methods/rate.ts';
import { architectureChecks } from './architecture-checks.ts';
import type { Check } from './check.ts';
import { datasetChecks } from './dataset-checks.ts';
import { deviceChecks } from './device-checks.ts';
import { exporterChecks } from './exporter-checks.ts';
import { methodChecks } from './method-checks.ts';
import { convertedPerceptron, perceptronInputs } from './small-perceptron.ts';

const folder = mkdtempSync(join(tmpdir(), 'transpike-members-'));
beforeAll(async () => {
  mkdirSync(join(folder, 'vit'));
  await saveCheckpoint(join(folder, 'vit'), tinyWeights(), tinyConfig);
  const data = tinyImages(12);
  await writeNpy(join(folder, 'x.npy'), { shape: [12, data.length / 12], dataType: 'float32', data });
});
afterAll(() => rmSync(folder, { recursive: true }));

const named = <Member extends { readonly name: string }>(
  members: readonly Member[],
  name: string,
): Member => {
  const found = members.find((each) => each.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

async function failuresOf(checks: readonly Check[]): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, run } of checks) {
    await run().catch((error: unknown) => failures.push(`${name}: ${(error as Error).message}`));
  }
  return failures;
}

const architecture = () => named(architectures, 'vit-timm') as Architecture;

/** Exporters of integrate-and-fire networks take no other ones; whole numbers need inputs. */
function inputsFor(exporter: Exporter): [spiking?: () => Promise<Model>, settings?: ExporterSettings] {
  if (!['nir', 'manifest', 'c'].includes(exporter.name)) return [];
  const spiking = async () => (await convertedPerceptron(rate, rate.defaultPreset, 4)).model;
  return [spiking, exporter.name !== 'nir' ? { goldenInput: perceptronInputs(2, 3) } : {}];
}

describe('members of Transpike pass the checks of their kind', () => {
  const cases: [string, () => readonly Check[]][] = [
    ...devices.map((device): [string, () => Check[]] => [device.name, () => deviceChecks(device)]),
    ...exporters.map((exporter): [string, () => Check[]] => [
      exporter.name,
      () => exporterChecks(exporter, ...inputsFor(exporter)),
    ]),
    ['glyphs', () => datasetChecks(named(datasetKinds, 'glyphs'), 'glyphs:test?size=40')],
    ['npy', () => datasetChecks(named(datasetKinds, 'npy'), join(folder, 'x.npy'))],
    ['vit-timm', () => architectureChecks(architecture(), join(folder, 'vit'))],
    ['ecmt', () => methodChecks(ecmt)],
    ['rate', () => methodChecks(rate)],
  ];
  it.each(cases)('%s', async (_, checks) => {
    expect(checks().length).toBeGreaterThan(2);
    expect(await failuresOf(checks())).toEqual([]);
  });
});

describe('members with a fault are told what it is', () => {
  it('a device', async () => {
    const sound = devices[0];
    const { figures } = sound;
    const faulty = {
      ...sound,
      stateBits: 7.5,
      figures: { ...figures, add: { ...figures.add, picojoules: Number.NaN } },
    };
    expect(await failuresOf(deviceChecks({ ...faulty, name: 'faulty' }))).toEqual([
      'faulty has figures with sources: add: expected picojoules, got NaN',
      'faulty has words of whole bits: stateBits: expected a whole number of bits, got 7.5',
      'faulty has finite prices for all that a network does: price of arithmetic of other operators: expected a finite one, got NaN',
    ]);
  });

  it('an exporter', async () => {
    let made = 0;
    const faulty = exporterChecks({
      name: 'faulty',
      summary: 'counts up',
      extension: 'txt',
      make: async (model) => {
        model.graph.setOutputs([]);
        made++;
        return Uint8Array.of(made);
      },
    });
    expect(await failuresOf(faulty)).toEqual([
      "faulty says what it is: expected an ending with its dot, got 'txt'",
      'faulty leaves the model that it is given as it is: expected the given model as before, got a changed one',
      'faulty makes the same each time: expected the same bytes when it is made again',
    ]);
  });

  it('a kind of data set', async () => {
    let asked = 0;
    const kind = named(datasetKinds, 'glyphs');
    const faulty = datasetChecks(
      {
        ...kind,
        async open(location, options, openOther) {
          const dataset = await kind.open(location, options, openOther);
          const sample = async (index: number) => ({ ...(await dataset.sample(index)), label: 99 + asked++ });
          return { ...dataset, id: () => '0', sample, classNames: ['a', 'b'] };
        },
      },
      'glyphs:test?size=4',
    );
    expect(await failuresOf(faulty)).toEqual([
      'glyphs has samples with names of their own: expected another id for every sample',
      'glyphs gives the same sample whenever it is asked, also side by side: sample 0: expected the same when it is read again',
      expect.stringMatching(/^glyphs has labels where it says so, .*: expected a label below 2, got \d+$/),
    ]);
  });

  it('an architecture', async () => {
    const sound = architecture();
    const faulty: Architecture = {
      ...sound,
      name: 'faulty',
      matches: () => true,
      recognise: (...given) => {
        const network = sound.recognise(...given);
        return { ...network, outputShape: [7], build: () => ({ ...network.build(), problems: [] }) };
      },
    };
    const failures = await failuresOf(architectureChecks(faulty, join(folder, 'vit')));
    expect(failures).toContain(
      'faulty recognises its own checkpoints, and no others: expected to refuse a checkpoint without tensors',
    );
    expect(failures).toContain(
      'faulty builds a network that runs, with the outputs that it says: logits: expected shape [1, 7], got [1, 5]',
    );
    expect(failures).toContain(
      "faulty refuses a tensor that it does not use: expected to be told of 'conformance.surplus', which nothing uses",
    );
  });

  it('a method', async () => {
    const preset = ecmt.presets.tuned;
    const faulty = methodChecks({
      ...ecmt,
      name: 'faulty',
      defaultPreset: 'none',
      presets: {
        wide: {
          ...preset,
          calibrate(site, steps) {
            const { observe, finish } = preset.calibrate(site, steps);
            return {
              observe,
              finish() {
                const spec = finish();
                return {
                  ...spec,
                  parameters: { ...spec.parameters, thresholdPositive: 1e6, thresholdNegative: 1e6 },
                };
              },
            };
          },
        },
      },
    });
    expect(await failuresOf(faulty)).toEqual([
      "faulty has the presets that it names: defaultPreset: expected one of wide, got 'none'",
      expect.stringContaining(
        'faulty (wide) comes near to the source network within 64 steps: expected a relative error below 0.5',
      ),
    ]);
  });
});
