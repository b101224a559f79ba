import { Command, Option } from 'commander';
import { UsageError } from '../../errors.ts';
import { type NpyArray, npyToFloat32, readNpy, writeNpy } from '../../formats/npy.ts';
import { openNetwork } from '../../networks/open-network.ts';
import { type EngineName, engines } from '../../runtime/engines.ts';
import type { FloatTensor } from '../../runtime/float-tensor.ts';
import { createOracleEngine } from '../../runtime/oracle-engine.ts';
import { checkInput } from '../../runtime/ort-session.ts';
import { type Engine, type Plan, planRun } from '../../runtime/plan-run.ts';
import { cores, options } from '../options.ts';
import { showProgress } from '../progress.ts';
import { requireWritable } from '../require-writable.ts';

interface Settings {
  readonly input: string;
  readonly output: string;
  readonly steps?: number;
  readonly precision: keyof typeof precisions;
  readonly engine: EngineName;
  readonly batch?: number;
  readonly memory?: number;
  readonly json?: boolean;
}

const precisions = {
  float32: (plan: Plan, { engine, memory }: Pick<Settings, 'engine' | 'memory'>) =>
    engines[engine](plan, { threads: cores, memoryMB: memory }),
  float64: async (plan: Plan) => createOracleEngine(plan),
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
    .addOption(options.batch())
    .addOption(options.memory())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Examples:
  transpike run vit.snn.onnx --input x.npy -T 8 -o y.npy
  transpike run vit.snn.onnx --input x.npy -T 8 --precision float64 -o y.npy`,
    )
    .action(runAction);
}

async function runAction(path: string, settings: Settings): Promise<void> {
  await requireWritable(settings.output);
  const { model } = await openNetwork(path);
  const plan = planRun(model, settings.steps === undefined ? {} : { steps: settings.steps });
  const input = toTensor(await readNpy(settings.input), settings.input);
  const [info] = model.graph.inputs;
  checkInput(info!.name, info!.shape, input);
  const engine = await precisions[settings.precision](plan, settings);
  const logits = await runInBatches(engine, input, settings.batch ?? 8).finally(() => engine.close());
  const dataType = settings.precision;
  await writeNpy(settings.output, { shape: [...logits.shape], dataType, data: logits.data });
  if (settings.json) console.log(JSON.stringify({ output: settings.output, shape: logits.shape, dataType }));
  else console.log(`${settings.output}: running-mean logits [${logits.shape.join(', ')}], ${dataType}`);
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
  const [count, ...rest] = input.shape as [number, ...number[]];
  const size = rest.reduce((a, b) => a * b, 1);
  const progress = showProgress('running', count, 'inputs');
  const parts: FloatTensor[] = [];
  try {
    for (let from = 0; from < count; from += batchSize) {
      const to = Math.min(from + batchSize, count);
      const data = input.data.subarray(from * size, to * size);
      parts.push((await engine.run({ shape: [to - from, ...rest], data })).logits);
      progress.update(to);
    }
  } finally {
    progress.stop();
  }
  return joinOverImages(parts, engine.plan.steps, count);
}

/** Puts [T, n, …] parts together along the second axis. */
function joinOverImages(parts: readonly FloatTensor[], steps: number, count: number): FloatTensor {
  const [first] = parts;
  const rest = first!.shape.slice(2);
  const row = rest.reduce((a, b) => a * b, 1);
  const Data = first!.data.constructor as typeof Float64Array;
  const data = new Data(steps * count * row);
  let done = 0;
  for (const { shape, data: part } of parts) {
    const images = shape[1]!;
    for (let t = 0; t < steps; t++) {
      data.set(part.subarray(t * images * row, (t + 1) * images * row), (t * count + done) * row);
    }
    done += images;
  }
  return { shape: [steps, count, ...rest], data };
}
