import { type Command, Option } from 'commander';
import { counted } from '../../counted.ts';
import { type OutputFile, outputFiles } from '../../jobs/output-files.ts';
import { refuseIdle } from '../../jobs/refuse-idle.ts';
import { type NetworkRun, type RunNetworkSettings, runNetwork } from '../../jobs/run-network.ts';
import { spikeForms } from '../../jobs/spike-files.ts';
import { mustExist } from '../../look-up.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { addInput, options, positiveNumber } from '../options.ts';
import { printEvents } from '../print-events.ts';
import { printNotice } from '../print-notice.ts';
import { describeSynapseUse } from '../print-synapses.ts';
import { withProgress } from '../with-progress.ts';

interface Settings extends RunNetworkSettings {
  readonly output: string;
  readonly json?: boolean;
  /** A recording in the place of arrays. */
  readonly events?: string;
  readonly stepMilliseconds?: number;
  readonly externalData?: readonly string[];
}

/** `transpike run`: numbers in, running-mean logits of every time-step out. */
export function runCommand(): Command {
  return describedCommand('run')
    .addOption(options.inputs())
    .requiredOption(
      '-o, --output <file>',
      'where to write the logits [T, N, classes] as .npy, or all outputs by name as .npz; name=file writes one output (repeatable)',
      addInput,
    )
    .addOption(
      new Option(
        '--events <file>',
        'show a network with an input over time a recording of an event camera instead of --input, and print what it says at the end of every T steps',
      )
        // In their place; commander asks for them otherwise.
        .implies({ input: '', output: '' }),
    )
    .addOption(
      new Option(
        '--step-milliseconds <ms>',
        'length of a step of --events (default: what the network was trained with, else 50)',
      ).argParser(positiveNumber),
    )
    .addOption(options.steps('what the model was converted for'))
    .addOption(
      new Option(
        '--precision <type>',
        'float32 (ONNX Runtime) or float64 (reference, slow; default: float32)',
      ).choices(['float32', 'float64']),
    )
    .addOption(options.engine())
    .addOption(
      options.stream(
        'run inputs over time [N, L, …] in windows of T steps, from each of which the state of the neurons goes on: restarted (answers are means over their window) or continued (over all steps so far, as one window of L steps)',
      ),
    )
    .addOption(
      new Option('--state-in <file>', 'go on from the state that an earlier run of the stream has written'),
    )
    .addOption(
      new Option(
        '--state-out <file>',
        'write the state of the neurons behind the last window, as safetensors; may be the file of --state-in',
      ),
    )
    .addOption(options.synapses())
    .addOption(options.batchSize())
    .addOption(options.memoryMB())
    .addOption(
      options.exitConfidence(
        'let each input stop at the first step whose largest softmax is at least p: its logits stay as they are from then on',
      ),
    )
    .addOption(
      new Option(
        '--spikes <file>',
        'write what the neurons of every site emit, too: .npz with an array by the name of each site',
      ),
    )
    .addOption(
      new Option(
        '--spikes-as <form>',
        'dense: arrays [T, N, …]; events: a row for each spike, with input, step, address and value (default: dense)',
      ).choices(spikeForms),
    )
    .addOption(options.externalData())
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
With --exit-confidence all steps are computed, too: it says at which step each input would stop, and saves no time.

Examples:
  transpike run vit.snn.onnx --input x.npy -T 8 -o y.npy
  transpike run vit.snn.onnx --input x.npy -T 8 --exit-confidence 0.9 -o y.npy
  transpike run vit.snn.onnx --input x.npy -T 8 --synapses int8 -o y.npy
  transpike run vit.snn.onnx --input x.npy -T 8 --precision float64 -o y.npy
  transpike run vit.snn.onnx --input x.npy -o y.npy --spikes spikes.npz --spikes-as events
  transpike run detector.snn.onnx --input x.npy -o logits.npy -o boxes=boxes.npy
  transpike run detector.snn.onnx --input x.npy -o all.npz
  transpike run frames.snn.onnx --input film.npy -T 8 --stream restarted -o y.npy
  transpike run hybrid/ --events recording.raw
  transpike run frames.snn.onnx --input next.npy -T 8 --stream restarted --state-in s.safetensors --state-out s.safetensors -o z.npy
  transpike run bert.snn.onnx --input input_ids=ids.npy --input attention_mask=mask.npy -o y.npy`,
    )
    .action(runAction);
}

async function runAction(path: string, settings: Settings): Promise<void> {
  const network = await openWithProgress(path, settings);
  const { events, stepMilliseconds: milliseconds } = settings;
  if (events !== undefined) return printEvents(network, { ...settings, events, milliseconds });
  refuseIdle('run', settings, ['stepMilliseconds'], { because: 'without a recording of events' });
  const run = await withProgress((show) =>
    runNetwork(network, {
      ...settings,
      onNotice: printNotice,
      onProgress: (progress) => show({ ...progress, label: 'running', unit: 'inputs' }),
    }),
  );
  const { output, precision: dataType = 'float32', json, exitConfidence, spikes, stateOut } = settings;
  const { logits, exits, synapses, trains, state } = run;
  const { shape } = logits;
  if (json) {
    const elapsed = state && { elapsed: state.elapsed };
    const more = { ...elapsed, ...(exits && { exits: exits.exits }), ...(synapses && { synapses }) };
    console.log(
      JSON.stringify({ output, shape, dataType, ...(spikes !== undefined && { spikes }), ...more }),
    );
    return;
  }
  for (const line of writtenOutputs(run, outputFiles(network.model, output), dataType)) console.log(line);
  if (trains) console.log(`${spikes}: spikes of ${counted(trains.length, 'site')}`);
  if (state && stateOut !== undefined)
    console.log(`${stateOut}: state of the neurons after ${counted(state.elapsed, 'step')}`);
  for (const line of synapses ? describeSynapseUse(synapses) : []) console.log(line);
  if (exitConfidence !== undefined) console.log(exitSentence(run, exitConfidence));
}

/** A line for each file. */
function writtenOutputs(
  { outputs, logits }: NetworkRun,
  files: readonly OutputFile[],
  dataType: string,
): string[] {
  const describe = (name: string) => {
    const tensor = mustExist(outputs.get(name), `output '${name}'`);
    return `${tensor === logits ? 'logits' : name} [${tensor.shape.join(', ')}]`;
  };
  return files.map(
    ({ path, kind, outputs: names }) =>
      `${path}: running-mean ${kind === 'npz' ? 'outputs ' : ''}${names.map(describe).join(', ')}, ${dataType}`,
  );
}

/** All inputs, and at which step how many of them stop. */
function exitSentence({ exits: stopped, logits }: NetworkRun, confidence: number): string {
  const { exits, confident } = mustExist(stopped, 'exits');
  const steps = Array.from({ length: logits.shape[0]! }, (_, i) => i + 1);
  const counts = steps.map((t) => `${exits.filter((exit) => exit === t).length} at T = ${t}`);
  const mean = exits.reduce((sum, exit) => sum + exit, 0) / exits.length;
  return `stopping at confidence ${confidence}: ${counts.join(', ')}, mean T ${mean.toFixed(2)}; ${exits.length - confident} of ${exits.length} never reach it. All steps were computed`;
}
