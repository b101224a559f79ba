// Times the fast engine beside the same computation in plain PyTorch (peers.py), one thread each, and says how far the answers of each
// are from the source network's. Among each other they differ, too: potentials on a threshold round one way or the other, and networks of
// random weights make much of that.
//   npm run bench:peers -- [--only NETWORK] [--batch N] [--steps T] [--rounds N] [--json out.json]
// PyTorch comes from the Debian packages python3-torch and libopenblas0. All take turns; figures are medians of processor time, the
// steadier one where other programs load the machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  convert,
  createSegmentedEngine,
  type FloatTensor,
  type Model,
  methodNamed,
  OrtSession,
  planRun,
  requireWritable,
  sizeOf,
  Tensor,
  wholeNumber,
  writeSafetensors,
} from '#internals';
import { median } from '../median.ts';
import { methodOf, networks, openNetwork, randomImages } from '../networks.ts';
import { Peer, type PeerRun } from './peer.ts';

/** What is timed, in which forms, and how many times as long as the fast engine in float32 each has to take at least. */
const cases = {
  'deit-tiny': { T: 4, batch: 8, forms: { 'running means': 1, 'step by step': 1 } },
  'vit-small': { T: 4, batch: 8, forms: { 'running means': 1, 'step by step': 1 } },
  'resnet20-rate': { T: 32, batch: 32, forms: { 'single-step': 1, 'multi-step': 1 } },
} as const;
type CaseName = keyof typeof cases;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    batch: { type: 'string' },
    steps: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const names = (Object.keys(cases) as CaseName[]).filter((name) => !options.only || name === options.only);
if (names.length === 0) throw new Error(`--only: expected one of ${Object.keys(cases).join(', ')}`);
if (options.json) await requireWritable(options.json, { inputs: [], kind: 'json' });
const rounds = wholeNumber(1)(options.rounds);
const folder = mkdtempSync(join(tmpdir(), 'transpike-peers-'));
const rows: Row[] = [];
try {
  for (const name of names) await timeCase(name);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One form in one configuration. */
interface Row {
  readonly network: CaseName;
  readonly batch: number;
  readonly T: number;
  readonly form: string;
  readonly processorSecondsPerImage: number;
  /** Over that of the fast engine in float32. */
  readonly ratioToFast: number;
  /** Relative distance of its logits after T steps from those of the source network. */
  readonly deviation: number;
}

async function timeCase(name: CaseName) {
  const { forms, ...usual } = cases[name];
  const T = wholeNumber(1)(options.steps ?? String(usual.T));
  const batch = wholeNumber(1)(options.batch ?? String(usual.batch));
  const source = await openNetwork(name, folder);
  const { model } = await convert(source, {
    method: methodNamed(methodOf(name)),
    steps: T,
    calibration: () => [randomImages(name, 2)],
  });
  const images = randomImages(name, batch);
  const right = await answerOf(source, images);
  await describe(name, model, images.data as Float32Array, batch);
  const peer = await Peer.start(folder);
  if (!peer) console.log('PyTorch is not installed: rows of the own engines alone');
  const [fast, int8] = [
    await createSegmentedEngine(planRun(model, { steps: T }), { threads: 1 }),
    await createSegmentedEngine(planRun(model, { steps: T }), { threads: 1, synapses: 'int8' }),
  ];
  const ownRun = async (engine: typeof fast) => {
    const before = process.cpuUsage();
    const { logits } = await engine.run(images);
    const { user, system } = process.cpuUsage(before);
    const last = logits.data.subarray(-logits.data.length / T);
    return { processorSeconds: (user + system) / 1e6, logits: [...last] };
  };
  const contenders = new Map<string, () => Promise<Pick<PeerRun, 'processorSeconds' | 'logits'>>>([
    ['fast', () => ownRun(fast)],
    ['fast, int8', () => ownRun(int8)],
    ...(peer ? Object.keys(forms).map((form) => [form, () => peer.run(form, T)] as const) : []),
  ]);
  const times = new Map([...contenders.keys()].map((form) => [form, [] as number[]]));
  const answers = new Map<string, readonly number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [form, run] of contenders) {
      const { processorSeconds, logits } = await run();
      answers.set(form, logits);
      // The first round warms up.
      if (round > 0) times.get(form)?.push(processorSeconds / batch);
    }
  }
  await peer?.close();
  await fast.close();
  await int8.close();
  const own = median(times.get('fast') ?? []);
  console.log(`${name}, T = ${T}, batch ${batch}${peer ? `, torch ${peer.version}` : ''}`);
  for (const [form, found] of times) {
    const seconds = median(found);
    const deviation = distance(answers.get(form) ?? [], right);
    rows.push({
      network: name,
      batch,
      T,
      form,
      processorSecondsPerImage: seconds,
      ratioToFast: seconds / own,
      deviation,
    });
    const wanted = Object.entries<number>(forms).find(([each]) => each === form)?.[1];
    const verdict =
      wanted === undefined ? '' : `  ${seconds / own >= wanted ? 'holds ' : 'MISSED'} at least ${wanted}×`;
    console.log(
      `  ${form.padEnd(14)} ${seconds.toFixed(5)} s/image  ${(seconds / own).toFixed(2).padStart(6)}× fast  error ${deviation.toExponential(1)}${verdict}`,
    );
  }
}

async function answerOf(source: Model, images: FloatTensor): Promise<readonly number[]> {
  const session = await OrtSession.create(source);
  const [logits] = (await session.run(images).finally(() => session.release())).values();
  return [...(logits?.data ?? [])];
}

/** Writes what peers.py reads. */
async function describe(name: CaseName, model: Model, images: Float32Array, batch: number) {
  const { kind, input } = networks[name];
  const shape = [batch, ...input];
  const tensors = new Map([['images', Tensor.float32(shape, images.subarray(0, sizeOf(shape)))]]);
  if (kind === 'resnet') for (const [key, tensor] of layersOf(model)) tensors.set(key, tensor);
  const own = join(folder, 'own.safetensors');
  await writeSafetensors(own, tensors);
  const sites = planRun(model).sites.map((site) => ({
    name: site.name,
    parameters: Object.fromEntries(
      Object.entries(site.parameters).map(([key, value]) => [key, value.toNumber()]),
    ),
  }));
  const files = [own, ...(kind === 'vit' ? [join(folder, name, 'model.safetensors')] : [])];
  const heads = 'heads' in networks[name] ? networks[name].heads : undefined;
  writeFileSync(join(folder, 'network.json'), JSON.stringify({ kind, heads, files, sites }));
}

/** Weights of the convolutions in their order, batch normalisation folded, and of the classifier. */
function layersOf({ graph }: Model): [string, Tensor][] {
  const weights = (inputs: readonly string[], path: string): [string, Tensor][] =>
    ['weight', 'bias'].map((each, i) => [`${path}.${each}`, graph.initializers.get(inputs[i + 1] ?? '')!]);
  const convolutions = graph.nodes.filter(({ opType }) => opType === 'Conv');
  const head = graph.nodes.find(({ opType }) => opType === 'Gemm');
  return [
    ...convolutions.flatMap(({ inputs }, i) => weights(inputs, `conv.${i}`)),
    ...weights(head?.inputs ?? [], 'head'),
  ];
}

/** ‖a − b‖ / ‖b‖ */
function distance(a: readonly number[], b: readonly number[]): number {
  const squares = b.reduce((sum, each, i) => sum + (a[i]! - each) ** 2, 0);
  return Math.sqrt(squares / b.reduce((sum, each) => sum + each ** 2, 0));
}
