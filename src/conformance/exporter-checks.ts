import type { Exported, Exporter, ExporterSettings } from '../exporters/define-exporter.ts';
import { encodeModel } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import { printGraph } from '../graph/print-graph.ts';
import { verifyModel } from '../graph/verify-model.ts';
import { ecmt } from '../methods/ecmt.ts';
import { type Check, mustHold } from './check.ts';
import { requireName, requireTexts } from './requirements.ts';
import { convertedPerceptron } from './small-perceptron.ts';

/**
 * What must hold of every exporter: those of Transpike pass these checks, too.
 *
 * @param spiking makes a model that the exporter takes; default: a small perceptron converted by ECMT
 * @param settings that it cannot do without
 */
export function exporterChecks(
  exporter: Exporter,
  spiking: () => Promise<Model> = async () => (await convertedPerceptron(ecmt, ecmt.defaultPreset, 4)).model,
  settings: ExporterSettings = {},
): Check[] {
  const check = (name: string, run: () => void | Promise<void>): Check => ({
    name: `${exporter.name} ${name}`,
    run: async () => run(),
  });
  return [
    check('says what it is', () => {
      requireName(exporter.name);
      requireTexts({ summary: exporter.summary });
      const { extension } = exporter;
      mustHold(extension.startsWith('.'), () => `expected an ending with its dot, got '${extension}'`);
    }),
    check('makes a valid model, or bytes', async () => {
      const made = await exporter.make(await spiking(), settings);
      if (made instanceof Uint8Array) mustHold(made.length > 0, () => 'expected bytes, got none');
      else if (made instanceof Map) mustHold(made.size > 0, () => 'expected files, got none');
      else verifyModel(made as Model, `exporter '${exporter.name}'`);
    }),
    check('leaves the model that it is given as it is', async () => {
      const model = await spiking();
      const before = printGraph(model.graph);
      await exporter.make(model, settings);
      mustHold(
        printGraph(model.graph) === before,
        () => 'expected the given model as before, got a changed one',
      );
    }),
    check('makes the same each time', async () => {
      const model = await spiking();
      const [first, second] = [
        bytesOf(await exporter.make(model, settings)),
        bytesOf(await exporter.make(model, settings)),
      ];
      mustHold(
        first.length === second.length && first.every((byte, i) => byte === second[i]),
        () => 'expected the same bytes when it is made again',
      );
    }),
  ];
}

function bytesOf(made: Exported): Uint8Array {
  if (made instanceof Uint8Array) return made;
  if (made instanceof Map) return Uint8Array.from([...made.values()].flatMap((bytes) => [...bytes]));
  return encodeModel(made as Model, () => undefined);
}
