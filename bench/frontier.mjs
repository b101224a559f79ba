// Accuracy against energy of every method and of the tuner with every ladder, as a table in Markdown.
//
//   npm run build && node bench/frontier.mjs MODEL --calibrate DATA --data DATA --out runs.jsonl
//     [--labels FILE] [--images 200] [--only ecmt,differential/base-2,tune/any] [--seconds 300]
//
// MODEL: checkpoint folder or ONNX file. Methods are converted with every preset for T = 1…4; a row METHOD/PRESET ends
// early where a T already takes more than the largest ratio of the table. tune/LADDER is one search whose networks for
// the ratios of the table are chosen on held-out calibration images. All networks meet the same images of --data.
//
// Every network is a line of --out: the same command goes on where an earlier one stopped, and with --seconds it starts
// nothing more after that time. Two commands with different --only may share a file. --only print measures nothing.
import '../dist/native/install.js';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { convert } from '../dist/conversion/convert.js';
import { prepareSource } from '../dist/conversion/prepare-source.js';
import { sourceEnergy } from '../dist/energy/relative-energy.js';
import { methods } from '../dist/methods/methods.js';
import { openInputs } from '../dist/opening/open-inputs.js';
import { openNetwork } from '../dist/opening/open-network.js';
import { ladderFamilies } from '../dist/tuning/ladders/ladder-families.js';
import { measureNetwork, withSourceLogits } from '../dist/tuning/search/measure-network.js';
import { choosePoint, frontierTargets } from '../dist/tuning/search/tuning-goal.js';
import { TuningJournal } from '../dist/tuning/search/tuning-journal.js';
import { tune } from '../dist/tuning/tune.js';

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
const missing = ['calibrate', 'data', 'out'].filter((name) => !values[name]).map((name) => `--${name}`);
if (positionals.length !== 1) missing.unshift('MODEL');
if (missing.length > 0) {
  console.error(
    `bench/frontier: expected MODEL --calibrate DATA --data DATA --out FILE, ${missing.join(', ')} missing.`,
  );
  process.exit(2);
}
const network = await openNetwork(positionals[0]);
const deadline = performance.now() + 1000 * Number(values.seconds);
const isLate = () => performance.now() > deadline;
const runs = openRuns();
let sensitivities = new Map();
const only = values.only.split(',').filter(Boolean);
const isWanted = (row) => only.length === 0 || only.some((each) => `${row}/`.startsWith(`${each}/`));

if (values.only !== 'print') await measureAll();
printTable();

/** Lines of --out; its first one says what they were measured with. */
function openRuns() {
  const paths = { calibrate: resolve(values.calibrate), data: resolve(values.data) };
  const settings = { model: network.fingerprint, images: Number(values.images), ...paths };
  if (!existsSync(values.out)) writeFileSync(values.out, `${JSON.stringify(settings)}\n`);
  const [first, ...lines] = readFileSync(values.out, 'utf8').trim().split('\n');
  if (first !== JSON.stringify(settings)) throw new Error(`${values.out} has other settings: ${first}`);
  return lines.map((line) => JSON.parse(line));
}

function keep(run) {
  runs.push(run);
  appendFileSync(values.out, `${JSON.stringify(run)}\n`);
  const { measured, problem } = run;
  if (!measured && !problem) return;
  console.error(
    `${run.row} T=${run.T}: ${problem ?? `${cellOf(run)}, ratio ${measured.ecmtRatio.toFixed(3)}`}`,
  );
}

async function measureAll() {
  const labels = values.labels;
  const images = await openInputs(network, values.data, { labels, limit: Number(values.images) });
  const compared = await withSourceLogits(network.model, images.batches(), 1);
  const calibration = await openInputs(network, values.calibrate, {
    labels,
    limit: calibrationImages,
    needsLabels: false,
  });
  const batches = [];
  for await (const batch of calibration.batches()) batches.push({ ...batch, data: batch.data.slice() });
  for (const method of methods) {
    for (const preset of Object.keys(method.presets)) {
      if (isWanted(`${method.name}/${preset}`)) await measurePreset(method, preset, batches, compared);
    }
  }
  for (const tuning of tunings) {
    if (isWanted(tuning.row) && !isLate()) await measureTuning(tuning, batches, compared);
  }
}

async function measurePreset(method, preset, batches, compared) {
  const row = `${method.name}/${preset}`;
  for (let T = 1; T <= mostSteps; T++) {
    const before = runs.filter((run) => run.row === row);
    if (before.some(({ problem, measured }) => problem || measured.ecmtRatio > frontierTargets.at(-1)))
      return;
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
      keep({ row, T, measured: await measure(model, T, compared, await sourceEnergy(clean, sites)) });
    } catch (error) {
      keep({ row, T, problem: error.message });
    }
  }
}

/** One search for all ratios; how much each site matters is the same for all ladders. */
async function measureTuning({ row, ladders, steps }, batches, compared) {
  if (runs.some((run) => run.row === row && run.finished)) return;
  const folder = join(`${values.out}-tuning`, row.replace('/', '-'));
  const settings = { fingerprint: network.fingerprint, calibrate: resolve(values.calibrate), ladders, steps };
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
    signal: Number.isFinite(deadline)
      ? AbortSignal.timeout(Math.ceil(deadline - performance.now()))
      : undefined,
    onProgress: ({ stage, done, total }) => console.error(`${row}: ${stage} ${done} of ${total}`),
  });
  if (!tuned) return;
  sensitivities = journal.sensitivities;
  const { clean, sites } = await prepareSource(network.model, methods[0]);
  const energy = await sourceEnergy(clean, sites);
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
function chosenPoints(points) {
  const chosen = frontierTargets
    .map((target) => [target, choosePoint({ kind: 'energy', ecmtRatio: target }, points)])
    .filter(([, { reached }]) => reached)
    .map(([target, { point }]) => [target, point]);
  const [best] = points
    .filter(({ measured }) => measured.fullRatio !== null && measured.fullRatio < 1)
    .sort((a, b) => a.measured.divergence - b.measured.divergence);
  return best ? [...chosen, [paying, best]] : chosen;
}

async function measure(model, steps, compared, energy) {
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
function bestOf(row, target) {
  const within = runs.filter(
    (run) => run.row === row && run.target !== paying && run.measured?.ecmtRatio < target + 0.005,
  );
  return within.sort(
    (a, b) => (b.target ?? 0) - (a.target ?? 0) || b.measured.agreement - a.measured.agreement,
  )[0];
}

function payingCell(row) {
  const own = runs.filter((run) => run.row === row && run.measured?.fullRatio < 1);
  const [best] = own.sort(
    (a, b) => (b.target === paying) - (a.target === paying) || b.measured.agreement - a.measured.agreement,
  );
  return best ? `${cellOf(best)}, (a) ${best.measured.ecmtRatio.toFixed(3)}` : 'none';
}

function cellOf({ T, measured: { top1, agreement, fullRatio } }) {
  const [full, mark] = [fullRatio.toFixed(2), fullRatio < 1 ? '**' : ''];
  return `${percent(top1)} / ${percent(agreement)}, ${T}, ${mark}${full}${mark}`;
}

function percent(share) {
  return share === null ? '–' : (100 * share).toFixed(1);
}
