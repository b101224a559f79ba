import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';
import { thresholdsOf } from '../dynamics/thresholds.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import { verifyModel } from '../graph/verify-model.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { kernels } from '../kernels/kernels.ts';
import type { AnyNeuronKernel } from '../kernels/neuron-kernel.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { type Check, mustHold, requireClose } from './check.ts';
import { readsCurrents } from './current-checks.ts';
import { inputsAwayFromTies, oneSite, width } from './one-site.ts';
import { goesOnAsOneWindow, restartsAsItSays } from './stream-checks.ts';
import { whileKnown } from './while-known.ts';

const rows = 12;
const steps = 6;
const opsets = [11, 13, 17, 21];

/**
 * What must hold of every neuron: those of Transpike pass these checks, too. The attributes are the neuron's defaults.
 *
 * @param kernel its fast form, if it has one
 */
export function neuronChecks(neuron: AnyNeuron, kernel?: AnyNeuronKernel): Check[] {
  const check = (name: string, run: () => void | Promise<void>): Check => ({
    name: `${neuron.name} ${name}`,
    run: async () => whileKnown(neuron, kernel, async () => run()),
  });
  const hasKernel = kernel !== undefined || kernels.some((each) => each.neuron === neuron.name);
  return [
    check('says what it is', () => saysWhatItIs(neuron)),
    check('has ascending levels', () => hasAscendingLevels(neuron)),
    check('codes values by its spikes as it says', () => codesAsItSays(neuron)),
    ...(neuron.thresholds ? [check('has the thresholds that it says', () => hasItsThresholds(neuron))] : []),
    check('says how many spikes make up the output of a step', () => countsItsSpikes(neuron)),
    check('does in standard operators what its step does, in float64', () => lowersExactly(neuron)),
    ...opsets.map((opset) =>
      check(`runs in ONNX Runtime at opset ${opset} like its step`, () => runsInGraph(neuron, opset)),
    ),
    check(`runs in the fast engine like its step${hasKernel ? ', by its kernel' : ''}`, () =>
      runsFast(neuron),
    ),
    ...(neuron.rehearsal || neuron.timeline === 'slots'
      ? []
      : [
          check('goes on from one window of a stream to the next', () =>
            goesOnAsOneWindow(neuron, parametersOf(neuron)),
          ),
        ]),
    ...(neuron.restart && !neuron.rehearsal
      ? [
          check('keeps its potential where averages restart', () =>
            restartsAsItSays(neuron, parametersOf(neuron)),
          ),
        ]
      : []),
    ...(neuron.coding === 'instant' && !neuron.rehearsal
      ? [
          check('says of currents what it says of constants', () =>
            readsCurrents(neuron, parametersOf(neuron)),
          ),
        ]
      : []),
  ];
}

/** Parameters that suit the neuron: thresholds as it makes them, or the same number for all. */
function parametersOf(neuron: AnyNeuron): Parameters {
  const thresholds = neuron.thresholds?.toParameters(0.25, 0.5);
  return thresholds ?? Object.fromEntries(neuron.parameters.map((name) => [name, 0.37]));
}

function saysWhatItIs({ name, summary, equations, paper }: AnyNeuron): void {
  mustHold(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name), () => `expected a name in kebab case, got '${name}'`);
  for (const [facet, text] of Object.entries({ summary, equations })) {
    mustHold(text.length > 10, () => `expected a sentence as '${facet}', got '${text}'`);
  }
  mustHold(paper.length > 0, () => "expected authors, title and year as 'paper', or 'none'");
}

function hasAscendingLevels(neuron: AnyNeuron): void {
  const levels = neuron.levels(neuron.attributes.parse({}));
  mustHold(levels.length > 0, () => 'expected at least one level');
  mustHold(
    levels.every((level, i) => level > (i === 0 ? 0 : levels[i - 1]!)),
    () => `expected positive levels that ascend, got ${levels.join(', ')}`,
  );
}

interface Emitted {
  readonly spike: number;
  readonly decoded: number;
  readonly count: number;
}

/** What a neuron emits over some means; hidden steps before them see the first one. */
function runOver(neuron: AnyNeuron, parameters: Parameters, visible: readonly number[]): Emitted[] {
  const attributes = neuron.attributes.parse({});
  const hidden = neuron.rehearsal?.steps(attributes) ?? 0;
  const means = Float64Array.from([...new Array<number>(hidden).fill(visible[0]!), ...visible]);
  const emitted: Emitted[] = [];
  runNeuron(neuron, attributes, parameters, means, (_, spike, decoded, count) =>
    emitted.push({ spike, decoded, count }),
  );
  return emitted.slice(hidden);
}

const waves = Array.from({ length: 12 }, (_, i) => 1.3 * Math.sin(i + 1));

function codesAsItSays(neuron: AnyNeuron): void {
  let sum = 0;
  const emitted = runOver(neuron, parametersOf(neuron), waves);
  for (const [i, { spike, decoded }] of emitted.entries()) {
    sum += spike;
    const expected = { rate: sum / (i + 1), differential: sum, instant: spike }[neuron.coding];
    requireClose(
      [decoded],
      [expected],
      1e-12,
      `decoded value after step ${i + 1} by coding '${neuron.coding}'`,
    );
  }
  mustHold(
    emitted.some(({ spike }) => spike !== 0),
    () => 'expected a spike for inputs that are several times the threshold, got none',
  );
}

function hasItsThresholds(neuron: AnyNeuron): void {
  const parameters = parametersOf(neuron);
  const [made, named] = [Object.keys(parameters).sort(), [...neuron.parameters].sort()];
  mustHold(
    made.join() === named.join(),
    () => `thresholds.toParameters: expected ${named.join(', ')}, got ${made.join(', ')}`,
  );
  const { positive, negative } = thresholdsOf(neuron, parameters);
  mustHold(positive === 0.25, () => `threshold of positive spikes: expected 0.25, got ${positive}`);
  const fallen = [0.9, 0.1, -0.6, -3].map((mean) => runOver(neuron, parameters, [1, mean])[1]!.spike);
  const signed = fallen.some((spike) => spike < 0);
  mustHold(
    signed === (negative !== undefined),
    () =>
      `negative spikes: expected ${negative === undefined ? 'none' : 'some'}, got ${signed ? 'some' : 'none'}`,
  );
}

function countsItsSpikes(neuron: AnyNeuron): void {
  for (const { spike, count } of runOver(neuron, parametersOf(neuron), waves)) {
    mustHold(
      Number.isInteger(count) && count > 0 === (spike !== 0),
      () => `spike ${spike}: got ${count} spikes`,
    );
  }
}

async function lowersExactly(neuron: AnyNeuron): Promise<void> {
  const model = oneSite(neuron, 17, parametersOf(neuron), steps);
  const input = inputsAwayFromTies(rows);
  const lowered = evaluateModel(model, { x: ndArray([rows, width], Float64Array.from(input.data)) }).get(
    'y',
  )!;
  const { logits } = await createOracleEngine(planRun(model)).run(input);
  requireClose(lowered.data, logits.data, 1e-12, 'decoded values');
}

async function runsInGraph(neuron: AnyNeuron, opset: number): Promise<void> {
  const model = oneSite(neuron, opset, parametersOf(neuron), steps);
  verifyModel(model, 'conformance');
  await requireLikeOracle(model, createInGraphEngine);
}

function runsFast(neuron: AnyNeuron): Promise<void> {
  return requireLikeOracle(oneSite(neuron, 17, parametersOf(neuron), steps), createSegmentedEngine);
}

async function requireLikeOracle(
  model: ReturnType<typeof oneSite>,
  create: typeof createInGraphEngine | typeof createSegmentedEngine,
): Promise<void> {
  const plan = planRun(model, { keep: sitesOf(model).map((site) => site.spikes), statistics: true });
  const input = inputsAwayFromTies(rows);
  const exact = await createOracleEngine(plan).run(input);
  const engine = await create(plan);
  const run = await engine.run(input).finally(() => engine.close());
  for (const [name, tensor] of run.values) {
    requireClose(tensor.data, exact.values.get(name)!.data, 1e-5, 'spikes');
  }
  requireClose(run.logits.data, exact.logits.data, 1e-5, 'decoded values');
  requireClose(run.activity!.spikes.site!, exact.activity!.spikes.site!, 0, 'number of spikes by step');
}
