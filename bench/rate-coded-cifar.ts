// Accuracy of the rate-coded methods at T = 1, 2, 4 … on CIFAR-10 images beside the source network.
//
//   npm run bench:rate-coded-cifar -- MODEL TEST TRAIN [--images 2000] [--only rate,cos/rho4/8]
//
// MODEL: checkpoint folder or ONNX file; TEST and TRAIN: folders of images by class, for measuring and calibrating.
// A run is METHOD/PRESET/T; its thresholds are chosen for that T.
import { parseArgs } from 'node:util';
import {
  convert,
  createSegmentedEngine,
  methodNamed,
  OrtSession,
  openInputs,
  openNetwork,
  planRun,
  type TensorBatch,
} from '#internals';

const runs = [
  'rate/percentile/64',
  'rate/channel-percentile-half/64',
  'opi/bound/32',
  'opi/bound/64',
  'opi/fitted/8',
  'cos/rho4/4',
  'cos/rho4/8',
  'cos/rho8/8',
  'cos/rho4/64',
  'ecc/percentile/64',
  'ecc/fitted/8',
  'ultra-low-latency/match-mean/8',
  'ultra-low-latency/match-mean/64',
];
const shown = [1, 2, 4, 8, 16, 32, 64];
const calibrationImages = 256;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { images: { type: 'string', default: '2000' }, only: { type: 'string', default: '' } },
});
const [modelPath = refuse(), testPath = refuse(), trainPath = refuse()] = positionals;
const network = await openNetwork(modelPath);
const test = await load(testPath, Number(values.images));
const train = await load(trainPath, calibrationImages);

console.log(`${network.name}, ${test.labels.length} images, source ${percent(await sourceAccuracy())} %`);
console.log(['run'.padEnd(34), ...shown.map((t) => `T=${t}`.padStart(6))].join(' '));
const wanted = values.only.split(',').filter(Boolean);
for (const run of runs) {
  if (wanted.length > 0 && !wanted.some((each) => run === each || run.startsWith(`${each}/`))) continue;
  const accuracies = await accuraciesOf(run);
  const cells = shown.map((t) => (accuracies[t - 1] === undefined ? '' : percent(accuracies[t - 1]!)));
  console.log([run.padEnd(34), ...cells.map((cell) => cell.padStart(6))].join(' '));
}

function refuse(): never {
  console.error('bench/rate-coded-cifar: expected MODEL TEST TRAIN.');
  process.exit(2);
}

interface Images {
  readonly labels: readonly (number | undefined)[];
  readonly images: readonly Float32Array[];
}

/** Images spread over the whole data set, so that all classes take part alike. */
async function load(path: string, limit: number): Promise<Images> {
  const inputs = await openInputs(network, path, { batchSize: 100 });
  const samples: { label: number | undefined; data: Float32Array }[] = [];
  for await (const { data, labels } of inputs.batches() as AsyncIterable<TensorBatch>) {
    const size = data.length / labels.length;
    for (const [i, label] of labels.entries())
      samples.push({ label, data: data.slice(i * size, (i + 1) * size) });
  }
  const count = Math.min(limit, samples.length);
  // A stride without a common factor mixes the classes, which lie one after the other.
  const chosen = Array.from({ length: count }, (_, i) => samples[Math.floor((i * samples.length) / count)]!);
  const stride = [7, 11, 13, 17, 19, 23].find((prime) => count % prime !== 0) ?? 1;
  const mixed = chosen.map((_, i) => chosen[(i * stride) % count]!);
  return { labels: mixed.map(({ label }) => label), images: mixed.map(({ data }) => data) };
}

function* batchesOf({ labels, images }: Images, size: number) {
  for (let from = 0; from < images.length; from += size) {
    const part = images.slice(from, from + size);
    const data = new Float32Array(part.length * images[0]!.length);
    for (const [i, image] of part.entries()) data.set(image, i * image.length);
    yield {
      shape: [part.length, ...network.inputShape.map(Number)],
      data,
      labels: labels.slice(from, from + size),
    };
  }
}

async function sourceAccuracy() {
  const session = await OrtSession.create(network.model);
  let right = 0;
  for (const batch of batchesOf(test, 50)) {
    const { data, shape } = (await session.run(batch)).get(network.model.graph.outputs[0]!.name)!;
    right += countRight(data, shape[1]!, batch.labels)[0]!;
  }
  await session.release();
  return right / test.labels.length;
}

async function accuraciesOf(run: string): Promise<number[]> {
  const [name, preset, T] = run.split('/');
  const steps = Number(T);
  const method = methodNamed(name!);
  const calibration = () => batchesOf(train, 64);
  const { model } = await convert(network.model, {
    method,
    preset: preset!,
    steps,
    calibration,
    batchSize: 64,
  });
  const engine = await createSegmentedEngine(planRun(model));
  const right = new Array<number>(steps).fill(0);
  for (const batch of batchesOf(test, 10)) {
    const { logits } = await engine.run(batch);
    for (const [t, count] of countRight(logits.data, logits.shape[2]!, batch.labels).entries())
      right[t]! += count;
  }
  await engine.close();
  return right.map((count) => count / test.labels.length);
}

/** Right answers of each step. */
function countRight(
  logits: Float32Array | Float64Array,
  classes: number,
  labels: Images['labels'],
): number[] {
  const steps = logits.length / classes / labels.length;
  return Array.from({ length: steps }, (_, t) =>
    labels.reduce<number>((right, label, n) => {
      const from = (t * labels.length + n) * classes;
      const row = logits.subarray(from, from + classes);
      return right + (row.indexOf(Math.max(...row)) === label ? 1 : 0);
    }, 0),
  );
}

function percent(share: number) {
  return (100 * share).toFixed(2);
}
