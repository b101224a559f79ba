import { tokenInputs } from '../../analysis/token-inputs.ts';
import { countTokens } from '../../data/next-tokens.ts';
import { suppressionOf } from '../../detection/add-detections.ts';
import { type EngineName, engines, type Synapses } from '../../engines/engines.ts';
import { planRun } from '../../engines/plan-run.ts';
import type { StreamState } from '../../engines/stream-state.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';
import { classRows } from '../../metrics/class-rows.ts';
import { confidenceOfRows } from '../../metrics/confidence.ts';
import type { Activity } from '../../results/activity.ts';
import type { DenseNetwork, SpikingNetwork } from '../../spiking/network-kind.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import type { TaskName } from '../../tasks/tasks.ts';
import { AnsweringNetwork, type Answers } from './answering-network.ts';
import type { BatchOutcome, EvaluatedBatch } from './batch-outcome.ts';
import { judgeBatch } from './judge-batch.ts';
import { otherOutputsOf } from './other-outputs.ts';
import { runSamplesInOrder } from './run-samples-in-order.ts';

/** Runs the source network, the spiking one and quantised ones on the same batches. */
export interface Evaluator {
  evaluate(batch: EvaluatedBatch): Promise<BatchOutcome>;
  close(): Promise<void>;
}

/** What an evaluator is made from. */
export interface EvaluatorOptions {
  readonly network: DenseNetwork | SpikingNetwork;
  /** What the network is for. */
  readonly task: TaskName;
  /** Threads of ONNX Runtime. */
  readonly threads: number;
  readonly engine: EngineName;
  readonly synapses: Synapses;
  /** Bound of the memory for the fast engine's activations, in MB. */
  readonly memoryMB?: number | undefined;
  /** Quantised networks to run beside them. Default: none. */
  readonly quantised?: readonly Model[] | undefined;
  /** Whether neurons go on from each sample to the next, averages beginning anew. Default false. */
  readonly stream?: boolean | undefined;
}

/** Loads the networks into this thread. */
export async function createEvaluator(options: EvaluatorOptions): Promise<Evaluator> {
  const { network, threads, task } = options;
  const source = await AnsweringNetwork.load(toSourceForm(network.model), 'source network', threads);
  const quantised: AnsweringNetwork[] = [];
  for (const narrow of options.quantised ?? []) {
    quantised.push(await AnsweringNetwork.load(narrow, 'quantised network', threads));
  }
  const suppression = suppressionOf(network.model);
  const text = tokenInputs(network.model.graph);
  const spikes = network.spiking ? await loadSpikes(network, options) : undefined;
  return {
    async evaluate(batch) {
      const right = await source.answer(batch);
      const narrow: Answers[] = [];
      for (const each of quantised) narrow.push(await each.answer(batch));
      const spiked = await spikes?.run(batch, right);
      const judged = judgeBatch(
        task,
        { source: right, quantised: narrow, steps: spiked?.steps ?? [], suppression },
        batch,
      );
      const confidence = task === 'classification' ? spiked && confidenceByStep(spiked.steps) : undefined;
      return {
        ...(task === 'classification' && { classes: classRows(right.decisive, 1).shape[1]! }),
        ...(text && { tokens: countTokens(batch, text) }),
        images: judged.map((each, i) => ({ ...each, ...(confidence && { confidence: confidence[i]! }) })),
        ...(spiked?.activity && { activity: spiked.activity }),
        ...(spiked?.state && { state: spiked.state }),
      };
    },
    async close() {
      for (const each of [source, ...quantised]) await each.close();
      await spikes?.close();
    },
  };
}

/** The spiking part of an evaluator. */
interface Spikes {
  /** @param right what the source network answers */
  run(
    batch: EvaluatedBatch,
    right: Answers,
  ): Promise<{
    /** After each time-step. */
    readonly steps: readonly Answers[];
    readonly activity?: Activity;
    readonly state?: StreamState;
  }>;
  close(): Promise<void>;
}

async function loadSpikes(
  network: SpikingNetwork,
  { engine: name, threads, synapses, memoryMB, stream = false }: EvaluatorOptions,
): Promise<Spikes> {
  const { steps } = network;
  const others = otherOutputsOf(network.model);
  const plan = planRun(network, { statistics: true, ...(stream && { stream: 'restarted' }) });
  const engine = await engines[name](plan, { threads, synapses, memoryMB });
  return {
    async run(batch, right) {
      const run = stream ? await runSamplesInOrder(engine, batch) : await engine.run(batch);
      const { logits, activity, outputs, state } = run;
      const decisive = stepsOf(logits, right.decisive, steps);
      const rest = right.others.map((like, i) => stepsOf(lookUp(outputs, others[i]!, 'output'), like, steps));
      const answers = decisive.map((each, t) => ({ decisive: each, others: rest.map((of) => of[t]!) }));
      return { steps: answers, ...(activity && { activity }), ...(state && { state }) };
    },
    close: () => engine.close(),
  };
}

/** The T steps of an output, each like that of the source network. */
function stepsOf({ data }: FloatTensor, { shape }: FloatTensor, steps: number): FloatTensor[] {
  const size = sizeOf(shape);
  return Array.from({ length: steps }, (_, t) => ({
    shape,
    data: data.subarray(t * size, (t + 1) * size),
  }));
}

/** Largest softmax of every image after each step, in six digits. */
function confidenceByStep(steps: readonly Answers[]): number[][] {
  const all = steps.map(({ decisive }) => confidenceOfRows(classRows(decisive, 1)));
  return (all[0] ?? []).map((_, image) => all.map((step) => Number(step[image]!.toPrecision(6))));
}
