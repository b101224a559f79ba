import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import type { AnyNeuronKernel } from '../kernels/neuron-kernel.ts';
import type { Method } from '../methods/define-method.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { type Check, mustHold, requireClose } from './check.ts';
import { requireName, requireTexts } from './requirements.ts';
import { convertedPerceptron, perceptronInputs, smallPerceptron } from './small-perceptron.ts';
import { whileKnown } from './while-known.ts';

/** T at which a network is near to its source. */
const manySteps = 64;

/** Largest error of the logits there, root mean square, relative to the source network's. */
const largestError = 0.5;

/** Members that a method brings along. */
export interface MethodCompany {
  /** Neurons that it places and that come from the same extension. */
  readonly neurons?: readonly AnyNeuron[];
  readonly kernels?: readonly AnyNeuronKernel[];
}

/** What must hold of every method, on a small perceptron of ReLU units: those of Transpike pass these checks, too. */
export function methodChecks(method: Method, { neurons = [], kernels = [] }: MethodCompany = {}): Check[] {
  const known = neurons.map((neuron) => ({
    neuron,
    kernel: kernels.find((each) => each.neuron === neuron.name),
  }));
  const check = (name: string, run: () => void | Promise<void>): Check => ({
    name: `${method.name} ${name}`,
    run: known.reduce(
      (inner, { neuron, kernel }) =>
        () =>
          whileKnown(neuron, kernel, inner),
      async () => run(),
    ),
  });
  const presets = Object.entries(method.presets).filter(([, { needsScales }]) => !needsScales);
  return [
    check('says what it is', () => {
      requireName(method.name);
      requireTexts({ summary: method.summary, paper: method.paper });
      for (const [name, { summary }] of Object.entries(method.presets))
        requireTexts({ [`${name}.summary`]: summary });
    }),
    check('has the presets that it names', () => hasItsPresets(method)),
    ...presets.flatMap(([preset]) => [
      check(`(${preset}) converts a network, and says so in its record`, () => converts(method, preset)),
      check(`(${preset}) gives on every engine what the reference gives`, () => agrees(method, preset)),
      check(`(${preset}) comes near to the source network within ${manySteps} steps`, () =>
        approaches(method, preset),
      ),
    ]),
  ];
}

function hasItsPresets({ presets, defaultPreset, finest, importPreset }: Method): void {
  for (const [facet, name] of Object.entries({ defaultPreset, finest, importPreset })) {
    mustHold(
      name === undefined || name in presets,
      () => `${facet}: expected one of ${Object.keys(presets).join(', ')}, got '${name}'`,
    );
  }
}

async function converts(method: Method, preset: string): Promise<void> {
  const { record } = await convertedPerceptron(method, preset, 4);
  mustHold(
    record.sites.length > 0,
    () => 'expected spike sites in a perceptron with two hidden layers, got none',
  );
  mustHold(
    record.method === method.name && record.preset === preset && record.steps === 4,
    () => `expected a record of ${method.name}/${preset} at T = 4, got ${record.method}/${record.preset}`,
  );
}

async function agrees(method: Method, preset: string): Promise<void> {
  const { model } = await convertedPerceptron(method, preset, 4);
  const plan = planRun(model);
  const input = perceptronInputs(6, 3);
  const exact = await createOracleEngine(plan).run(input);
  for (const create of [createSegmentedEngine, createInGraphEngine]) {
    const engine = await create(plan);
    const { logits } = await engine.run(input).finally(() => engine.close());
    requireClose(logits.data, exact.logits.data, 1e-4, `logits of ${create.name}`);
  }
}

async function approaches(method: Method, preset: string): Promise<void> {
  const { model } = await convertedPerceptron(method, preset, manySteps);
  const input = perceptronInputs(16, 4);
  const session = await OrtSession.create(smallPerceptron());
  const right = (await session.run(input).finally(() => session.release())).get('logits')?.data ?? [];
  const engine = await createSegmentedEngine(planRun(model));
  const { logits } = await engine.run(input).finally(() => engine.close());
  const last = logits.data.subarray(-right.length);
  const squares = (of: ArrayLike<number>) => Array.from(of).reduce((sum, x) => sum + x ** 2, 0);
  const error = Math.sqrt(squares(Array.from(last, (x, i) => x - (right[i] ?? 0))) / squares(right));
  mustHold(
    error < largestError,
    () => `expected a relative error below ${largestError} after ${manySteps} steps, got ${error.toFixed(3)}`,
  );
}
