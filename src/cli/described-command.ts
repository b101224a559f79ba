import { Command } from 'commander';

/** A command, as the first page of help shows it. */
interface Description {
  readonly summary: string;
  /** What it is given: a name as usage shows it, and what that is. */
  readonly argument?: readonly [name: string, what?: string];
  /** What it is given behind that. */
  readonly second?: readonly [name: string, what?: string];
}

/** All commands in the order of help. What they do is loaded for the one that is called. */
const descriptions = {
  convert: {
    summary: 'Convert a trained network into a spiking one.',
    argument: ['<model>', 'an .onnx file, a folder with config.json and model.safetensors, or hf:owner/name'],
  },
  tune: {
    summary: 'Find the spiking network that loses least for its energy.',
    argument: [
      '<model>',
      'the source network: an .onnx file, a folder with config.json and model.safetensors, or hf:owner/name',
    ],
  },
  evaluate: {
    summary: 'Measure a network at every time-step beside its source network.',
    argument: [
      '<model>',
      'a spiking model (.snn.onnx); or a source network, converted first if --calibrate is given',
    ],
  },
  compare: {
    summary: 'Measure several methods, or several spiking networks, on the same images.',
    argument: ['<models...>', 'one source network with --methods; or spiking models (.snn.onnx)'],
  },
  diagnose: {
    summary: 'Say which spike site of a spiking network loses what, and what to do about it.',
    argument: ['<model>', 'a spiking model (.snn.onnx)'],
  },
  simulate: {
    summary:
      'Say what spiking networks take on a model of hardware: cycles, queues, rows of weights, energy.',
    argument: ['<models...>', 'spiking models (.snn.onnx)'],
  },
  fit: {
    summary: 'Say what of a spiking network chips have room for: cores, layers, neurons, and why not.',
    argument: ['<model>', 'a spiking model (.snn.onnx)'],
  },
  report: {
    summary: 'Draw the report of a finished run again, or figures of it, from the files in its folder.',
    argument: ['<run>', 'folder of an evaluation, a comparison or a tuning'],
  },
  run: {
    summary:
      'Run a spiking model on numbers and write the running-mean logits [T, N, classes] of every time-step.',
    argument: ['<model>', 'a spiking model (.snn.onnx)'],
  },
  generate: {
    summary: 'Go on with a text by a spiking decoder, with its source network beside it.',
    argument: ['<model>', 'a spiking model (.snn.onnx) of a decoder'],
    second: ['<prompt>', 'the text to go on with'],
  },
  retrieve: {
    summary:
      'Find the sources in snapshots of a sensor array by an unrolled network, its spiking forms, and classical methods.',
    argument: [
      '[model]',
      'a network for snapshots (default: harmonic-1d, which comes along, as does harmonic-2d)',
    ],
  },
  inspect: {
    summary:
      'Say what a network is, which spike sites it would get, and what cannot be converted and why (exit code 1).',
    argument: [
      '<model>',
      'an .onnx or .snn.onnx file, a folder with config.json and model.safetensors, or hf:owner/name',
    ],
  },
  export: {
    summary: 'Write a spiking model in another form.',
    argument: ['<model>', 'a spiking model (.snn.onnx)'],
  },
  train: {
    summary: 'Train a network by a recipe. A run that was interrupted goes on from its last checkpoint.',
    argument: [
      '<recipe>',
      'a .json file, a module that exports a recipe, or one that comes along, such as glyphs-cnn',
    ],
  },
  finetune: {
    summary:
      'Train a network with its spiking neurons in place. A run that was interrupted goes on from its last checkpoint.',
    argument: ['<model>', 'a source network, which is converted first, or a spiking one (.snn.onnx)'],
  },
  quantise: {
    summary:
      'Train a network with weights and activations of 1 to 4 bits, widened and squeezed, and write it in QDQ form.',
    argument: [
      '<model>',
      'a source network with ReLUs: an .onnx file, or a folder with config.json and model.safetensors',
    ],
  },
  demo: {
    summary: 'Convert a network with ECMT and print its accuracy at every time-step.',
  },
  events: {
    summary: 'Look at files of event cameras, convert them, or simulate such a camera.',
  },
  worker: {
    summary: 'Work for evaluations, comparisons and tunings of other machines, on a queue in Redis.',
  },
  studio: {
    summary: 'Serve a web page on this machine that shows runs, and starts, stops and resumes commands.',
  },
  runs: {
    summary: 'List, show, compare, export and name finished runs.',
  },
  methods: {
    summary: 'List the conversion methods and their presets.',
  },
  neurons: {
    summary: 'List the neurons.',
  },
  devices: {
    summary: 'List the devices whose energy is estimated, in picojoules an event.',
  },
  cite: {
    summary: 'Print BibTeX of Transpike and of the papers behind methods, neurons, or a spiking model.',
    argument: ['[names...]', 'methods, neurons, or spiking models (.snn.onnx)'],
  },
  doctor: {
    summary: 'Say whether Transpike can work on this machine, and what it would use.',
  },
  completion: {
    summary: 'Print a script that completes commands and options in a shell.',
    argument: ['<shell>'],
  },
} satisfies Record<string, Description>;

/** Name of a command. */
export type CommandName = keyof typeof descriptions;

/** Names of all commands in the order of help. */
export const commandNames = Object.keys(descriptions) as readonly CommandName[];

/** A command with its description and argument; options and action are left to its own file. */
export function describedCommand(name: CommandName): Command {
  const { summary, argument, second }: Description = descriptions[name];
  const command = new Command(name).description(summary);
  for (const each of [argument, second]) if (each) command.argument(...each);
  return command;
}
