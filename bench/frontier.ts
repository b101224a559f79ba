// Accuracy against energy of every method and of the tuner with every ladder, as a table in Markdown.
//
//   npm run bench:frontier -- MODEL --calibrate DATA --data DATA --out runs.jsonl
//     [--labels FILE] [--images 200] [--only ecmt,differential/base-2,tune/any] [--seconds 300]
//
// MODEL: checkpoint folder or ONNX file. Methods are converted with every preset for T = 1…4; a row METHOD/PRESET ends
// early where a T already takes more than the largest ratio of the table. tune/LADDER is one search whose networks for
// the ratios of the table are chosen on held-out calibration images. All networks meet the same images of --data.
//
// Every network is a line of --out: the same command goes on where an earlier one stopped, and with --seconds it starts
// nothing more after that time. Two commands with different --only may share a file. --only print measures nothing.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type ComparedBatch,
  choosePoint,
  convert,
  frontierTargets,
  ladderFamilies,
  type Measurement,
  type Method,
  type Model,
  measureNetwork,
  messageOf,
  methods,
  openInputs,
  openNetwork,
  prepareSource,
  type SourceEnergy,
  sourceEnergy,
  type TensorBatch,
  TuningJournal,
  type TuningPoint,
  tune,
  withSourceLogits,
} from '#internals';

type Target = (typeof frontierTargets)[number] | typeof paying;

/** A line of --out: a network that was measured, or what prevented it; `finished` closes the rows of a tuning. */
interface Run {
  readonly row: string;
  readonly T?: number;
  readonly measured?: Measurement;
  readonly problem?: string;
  readonly finished?: true;
  /** For networks of the tuner: the ratio they were chosen for, how they were made, and their measures there. */
  readonly target?: Target;
  readonly plan?: string;
  readonly heldOut?: Measurement;
}

type MeasuredRun = Run & { readonly measured: Measurement };

const mostSteps = 4;
const calibrationImages = 64;
/** Target of a network that costs less than its source by the full estimate. */
const paying = '(b) < 1';
const names = ladderFamilies.map(({ name }) => name);
/** Ladders of the tuner, and how many steps its networks may have; finer ladders are done after one or two. */
const tunings = [
  ...names.map((name) => ({ row: `tune/${name}`, ladders: [name], steps: name === 'base-2' ? 4 : 2 })),
  { row: 'tune/any', ladders: names, steps: 2 },
];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    calibrate: { type: 'string' },
    data: { type: 'string' },
    labels: { type: 'string' },
    out: { type: 'string' },
    images: { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: 'Infinity' },
  },
});
const [path = refuse()] = positionals;
const { calibrate = refuse(), data = refuse(), out = refuse() } = values;
const network = await openNetwork(path);
const deadline = performance.now() + 1000 * Number(values.seconds);
const isLate = () => performance.now() > deadline;
const runs = openRuns();
let sensitivities: TuningJournal['sensitivities'] = new Map();
const only = values.only.split(',').filter(Boolean);
const isWanted = (row: string) => only.length === 0 || only.some((each) => `${row}/`.startsWith(`${each}/`));

if (values.only !== 'print') await measureAll();
printTable();

function refuse(): never {
  console.error('bench/frontier: expected MODEL --calibrate DATA --data DATA --out FILE.');
  process.exit(2);
}

/** Lines of --out; its first one says what they were measured with. */
function openRuns(): Run[] {
  const paths = { calibrate: resolve(calibrate), data: resolve(data) };
  const settings = { model: network.fingerprint, images: Number(values.images), ...paths };
  if (!existsSync(out)) writeFileSync(out, `${JSON.stringify(settings)}\n`);
  const [first, ...lines] = readFileSync(out, 'utf8').trim().split('\n');
  if (first !== JSON.stringify(settings)) throw new Error(`${out} has other settings: ${first}`);
  return lines.map((line) => JSON.parse(line) as Run);
}

function keep(run: Run) {
  runs.push(run);
  appendFileSync(out, `${JSON.stringify(run)}\n`);
  const { row, T, problem } = run;
  if (problem) console.error(`${row} T=${T}: ${problem}`);
  if (isMeasured(run)) console.error(`${row} T=${T}: ${cellOf(run)}, ratio ${ratioOf(run).toFixed(3)}`);
}

function isMeasured(run: Run): run is MeasuredRun {
  return run.measured !== undefined;
}

/** Ratio (a); a run that was not measured, or whose energy is unknown, has none. */
function ratioOf({ measured }: Run): number {
  return measured?.ecmtRatio ?? Number.NaN;
}

async function measureAll() {
  const labels = values.labels;
  const images = await openInputs(network, data, { labels, limit: Number(values.images) });
  const compared = await withSourceLogits(network.model, images.batches(), 1);
  const calibration = await openInputs(network, calibrate, {
    labels,
    limit: calibrationImages,
    needsLabels: false,
  });
  const batches: TensorBatch[] = [];
  for await (const batch of calibration.batches() as AsyncIterable<TensorBatch>)
    batches.push({ ...batch, data: batch.data.slice() });
  for (const method of methods) {
    for (const preset of Object.keys(method.presets)) {
      if (isWanted(`${method.name}/${preset}`)) await measurePreset(method, preset, batches, compared);
    }
  }
  for (const tuning of tunings) {
    if (isWanted(tuning.row) && !isLate()) await measureTuning(tuning, batches, compared);
  }
}

async function measurePreset(
  method: Method,
  preset: string,
  batches: readonly TensorBatch[],
  compared: readonly ComparedBatch[],
) {
  const row = `${method.name}/${preset}`;
  for (let T = 1; T <= mostSteps; T++) {
    const before = runs.filter((run) => run.row === row);
    if (before.some((run) => run.problem || ratioOf(run) > frontierTargets.at(-1)!)) return;
    if (before.some((run) => run.T === T)) continue;
    if (isLate()) return;
    try {
      const { clean, sites } = await prepareSource(network.model, method);
      const { model } = await convert(network.model, {
        method,
        preset,
        steps: T,
        calibration: () => batches,
      });
      keep({ row, T, measured: await measure(model, T, compared, sourceEnergy(clean, sites)) });
    } catch (error) {
      keep({ row, T, problem: messageOf(error) });
    }
  }
}

/** One search for all ratios; how much each site matters is the same for all ladders. */
async function measureTuning(
  { row, ladders, steps }: (typeof tunings)[number],
  batches: readonly TensorBatch[],
  compared: readonly ComparedBatch[],
) {
  if (runs.some((run) => run.row === row && run.finished)) return;
  const folder = join(`${out}-tuning`, row.replace('/', '-'));
  const settings = { fingerprint: network.fingerprint, calibrate: resolve(calibrate), ladders, steps };
  const journal = await TuningJournal.open(folder, settings);
  for (const each of sensitivities) await journal.addSensitivity(...each);
  const tuned = await tune(network.model, {
    goal: { kind: 'frontier' },
    steps,
    ladders,
    calibration: async function* () {
      yield* batches;
    },
    journal,
    threads: 1,
    ...(Number.isFinite(deadline) && {
      signal: AbortSignal.timeout(Math.ceil(deadline - performance.now())),
    }),
    onProgress: ({ stage, done, total }) => console.error(`${row}: ${stage} ${done} of ${total}`),
  });
  if (!tuned) return;
  sensitivities = journal.sensitivities;
  const { clean, sites } = await prepareSource(network.model, methods[0]!);
  const energy = sourceEnergy(clean, sites);
  for (const [target, point] of chosenPoints(tuned.points)) {
    const T = point.schedule.steps;
    const plan = `λ = ${point.lambda}, last sites start at step ${T - point.schedule.window + 1}`;
    const known = runs.find((run) => run.row === row && run.T === T && run.plan === plan);
    if (known?.target === target) continue;
    const measured =
      known?.measured ?? (await measure((await tuned.networkOf(point)).model, T, compared, energy));
    keep({ row, T, target, plan, heldOut: point.measured, measured });
  }
  keep({ row, finished: true });
}

/** For each ratio the point that was found for it, if there is one, and the one with the least divergence that pays by (b). */
function chosenPoints(points: readonly TuningPoint[]): [Target, TuningPoint][] {
  const chosen = frontierTargets
    .map((target) => ({ target, ...choosePoint({ kind: 'energy', ecmtRatio: target }, points) }))
    .filter(({ reached }) => reached)
    .map(({ target, point }): [Target, TuningPoint] => [target, point]);
  const [best] = points
    .filter(({ measured }) => measured.fullRatio !== null && measured.fullRatio < 1)
    .sort((a, b) => a.measured.divergence - b.measured.divergence);
  return best ? [...chosen, [paying, best]] : chosen;
}

async function measure(
  model: Model,
  steps: number,
  compared: readonly ComparedBatch[],
  energy: SourceEnergy,
) {
  return (await measureNetwork(model, steps, compared, 1, energy)).measurement;
}

/** A line for each row, and what cannot be converted. */
function printTable() {
  const [{ measured: first } = {}] = runs.filter(({ measured }) => measured);
  if (!first) return;
  console.log(
    `Source ${percent(first.sourceTop1)} % on ${first.images} images. Cells: top-1 % / agreement %, T, (b), bold where spiking pays; ″: as left of it.\n`,
  );
  const heads = [...frontierTargets.map((target) => `(a) ≤ ${target.toFixed(2)}`), `best of ${paying}`];
  console.log(`| | ${heads.join(' | ')} |`);
  console.log(`|---|${heads.map(() => '---|').join('')}`);
  const presets = methods.flatMap(({ name, presets }) => Object.keys(presets).map((key) => `${name}/${key}`));
  for (const row of [...presets, ...tunings.map((tuning) => tuning.row)]) {
    if (!runs.some((run) => run.row === row && run.measured)) continue;
    const best = frontierTargets.map((target) => bestOf(row, target));
    const cells = best.map((run, i) => (run ? (run === best[i - 1] ? '″' : cellOf(run)) : ''));
    console.log(`| ${row} | ${cells.join(' | ')} | ${payingCell(row)} |`);
  }
  for (const { row, problem } of runs) if (problem) console.log(`\n${row}: ${problem}`);
}

/** The network of the best agreement among those that take at most this ratio, to two digits; of a tuning the one tuned for it. */
function bestOf(row: string, target: number): MeasuredRun | undefined {
  const within = runs
    .filter(isMeasured)
    .filter((run) => run.row === row && run.target !== paying && ratioOf(run) < target + 0.005);
  return within.sort(
    (a, b) => Number(b.target ?? 0) - Number(a.target ?? 0) || b.measured.agreement - a.measured.agreement,
  )[0];
}

function payingCell(row: string) {
  const own = runs
    .filter(isMeasured)
    .filter(({ row: each, measured }) => each === row && (measured.fullRatio ?? Infinity) < 1);
  const [best] = own.sort(
    (a, b) =>
      Number(b.target === paying) - Number(a.target === paying) ||
      b.measured.agreement - a.measured.agreement,
  );
  return best ? `${cellOf(best)}, (a) ${ratioOf(best).toFixed(3)}` : 'none';
}

function cellOf({ T, measured: { top1, agreement, fullRatio } }: MeasuredRun) {
  const full = fullRatio?.toFixed(2) ?? '–';
  const mark = (fullRatio ?? Infinity) < 1 ? '**' : '';
  return `${percent(top1)} / ${percent(agreement)}, ${T}, ${mark}${full}${mark}`;
}

function percent(share: number | null) {
  return share === null ? '–' : (100 * share).toFixed(1);
}
