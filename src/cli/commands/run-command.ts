import { Command, Option } from 'commander';
import { type EngineName, engines, type Synapses } from '../../engines/engines.ts';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { type Engine, type Plan, planRun } from '../../engines/plan-run.ts';
import { integerSynapseUse } from '../../engines/segmented/integer-synapse-use.ts';
import { UsageError } from '../../errors.ts';
import { readNpy } from '../../files/read-npy.ts';
import { writeNpy } from '../../files/write-npy.ts';
import { type NpyArray, npyToFloat32 } from '../../formats/npy.ts';
import { concatenate, type FloatTensor, imageCount, sliceImages } from '../../graph/float-tensor.ts';
import { mustExist } from '../../look-up.ts';
import { type StoppedLogits, stopWhenConfident } from '../../metrics/stop-when-confident.ts';
import { openNetwork } from '../../opening/open-network.ts';
import { checkInput } from '../../sessions/ort-session.ts';
import { cores, options, probability } from '../options.ts';
import { describeSynapseUse } from '../print-synapses.ts';
import { showProgress } from '../progress.ts';
import { filesOf, inputFiles, requireWritable } from '../require-writable.ts';

interface Settings {
  readonly input: string;
  readonly force?: boolean;
  readonly output: string;
  readonly steps?: number;
  readonly precision: keyof typeof precisions;
  readonly engine: EngineName;
  readonly synapses: Synapses;
  readonly batch?: number;
  readonly memory?: number;
  readonly exitConfidence?: number;
  readonly json?: boolean;
  readonly externalData?: readonly string[];
}

const precisions = {
  float32: (plan: Plan, { engine, memory, synapses }: Settings) =>
    engines[engine](plan, { threads: cores, memoryMB: memory, synapses }),
  float64: async (plan: Plan, { synapses }: Settings) => {
    if (synapses === 'int8') throw noIntegersIn64();
    return createOracleEngine(plan);
  },
} satisfies Record<string, (plan: Plan, settings: Settings) => Promise<Engine>>;

/** `transpike run`: numbers in, running-mean logits of every time-step out. */
export function runCommand(): Command {
  return new Command('run')
    .description(
      'Run a spiking model on numbers and write the running-mean logits [T, N, classes] of every time-step.',
    )
    .argument('<model>', 'a spiking model (.snn.onnx)')
    .requiredOption('--input <x.npy>', 'inputs [N, …]')
    .requiredOption('-o, --output <y.npy>', 'where to write the logits [T, N, classes]')
    .addOption(options.steps())
    .addOption(
      new Option('--precision <type>', 'float32 (ONNX Runtime) or float64 (reference, slow)')
        .choices(Object.keys(precisions))
        .default('float32'),
    )
    .addOption(options.engine())
    .addOption(options.synapses())
    .addOption(options.batch())
    .addOption(options.memory())
    .option(
      '--exit-confidence <p>',
      'let each input stop at the first step whose largest softmax is at least p: its logits stay as they are from then on',
      probability,
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
  transpike run vit.snn.onnx --input x.npy -T 8 --precision float64 -o y.npy`,
    )
    .action(runAction);
}

async function runAction(path: string, settings: Settings): Promise<void> {
  const network = await openNetwork(path, settings);
  await requireWritable(settings.output, {
    inputs: [...filesOf(network), ...inputFiles(settings.input)],
    kind: 'npy',
    ...(settings.force && { force: true }),
  });
  const { model } = network;
  const plan = planRun(model, settings.steps === undefined ? {} : { steps: settings.steps });
  const input = toTensor(await readNpy(settings.input), settings.input);
  const { name, shape: expected } = mustExist(model.graph.inputs[0], 'input of the network');
  checkInput(name, expected, input);
  const engine = await precisions[settings.precision](plan, settings);
  const all = await runInBatches(engine, input, settings.batch ?? 8).finally(() => engine.close());
  const { output, exitConfidence, precision: dataType } = settings;
  const eightBits = settings.synapses === 'int8' ? integerSynapseUse(plan) : undefined;
  const stopped = exitConfidence === undefined ? undefined : stop(all, exitConfidence);
  const { shape, data } = stopped?.logits ?? all;
  await writeNpy(output, { shape: [...shape], dataType, data });
  if (settings.json) {
    const more = { ...(stopped && { exits: stopped.exits }), ...(eightBits && { synapses: eightBits }) };
    console.log(JSON.stringify({ output, shape, dataType, ...more }));
    return;
  }
  console.log(`${output}: running-mean logits [${shape.join(', ')}], ${dataType}`);
  for (const line of eightBits ? describeSynapseUse(eightBits) : []) console.log(line);
  if (stopped && exitConfidence !== undefined) console.log(exitSentence(stopped, exitConfidence));
}

function noIntegersIn64(): UsageError {
  return new UsageError({
    where: '--precision float64',
    expected: 'synapses in float32, which are exact in float64',
    got: '--synapses int8',
    remedy: 'Leave one of both out',
  });
}

function stop(logits: FloatTensor, confidence: number): StoppedLogits {
  if (logits.shape.length === 3) return stopWhenConfident(logits, confidence);
  throw new UsageError({
    where: '--exit-confidence',
    expected: 'a network with one row of classes for each input',
    got: `logits [${logits.shape.join(', ')}]`,
    remedy: 'Leave --exit-confidence out',
  });
}

/** All inputs, and at which step how many of them stop. */
function exitSentence({ exits, confident, logits }: StoppedLogits, confidence: number): string {
  const steps = Array.from({ length: logits.shape[0]! }, (_, i) => i + 1);
  const counts = steps.map((t) => `${exits.filter((exit) => exit === t).length} at T = ${t}`);
  const mean = exits.reduce((sum, exit) => sum + exit, 0) / exits.length;
  return `stopping at confidence ${confidence}: ${counts.join(', ')}, mean T ${mean.toFixed(2)}; ${exits.length - confident} of ${exits.length} never reach it. All steps were computed`;
}

/** float64 inputs are kept as they are for the float64 engine. */
function toTensor(array: NpyArray, where: string): FloatTensor {
  const data = array.data instanceof Float64Array ? array.data : npyToFloat32(array);
  if (data.length > 0) return { shape: array.shape, data };
  throw new UsageError({
    where,
    expected: 'at least one input',
    got: `shape [${array.shape.join(', ')}]`,
    remedy: 'Give a stack [N, …] of inputs',
  });
}

async function runInBatches(engine: Engine, input: FloatTensor, batchSize: number): Promise<FloatTensor> {
  const count = imageCount(input);
  const progress = showProgress('running', count, 'inputs');
  const parts: FloatTensor[] = [];
  try {
    for (let from = 0; from < count; from += batchSize) {
      const batch = sliceImages(input, from, from + batchSize);
      parts.push((await engine.run(batch)).logits);
      progress.update(from + imageCount(batch));
    }
  } finally {
    progress.stop();
  }
  return concatenate(parts, 1);
}
