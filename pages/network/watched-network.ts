import { logitsOf } from '../../src/analysis/logits-of.ts';
import { readConversionRecord } from '../../src/conversion/conversion-record.ts';
import { keptClasses } from '../../src/data/kept-classes.ts';
import { summariseEnergy } from '../../src/energy/summarise-energy.ts';
import { engines } from '../../src/engines/engines.ts';
import { type Engine, planRun } from '../../src/engines/plan-run.ts';
import { spikeTrains, spikeValues } from '../../src/engines/spike-trains.ts';
import { type FloatTensor, rowsOf } from '../../src/graph/float-tensor.ts';
import type { Model } from '../../src/graph/model.ts';
import { keptPreprocess } from '../../src/images/kept-preprocess.ts';
import { lookUp, mustExist } from '../../src/look-up.ts';
import type { Method } from '../../src/methods/define-method.ts';
import { methods } from '../../src/methods/methods.ts';
import type { Activity } from '../../src/results/activity.ts';
import { besideSource, type ComparedNetwork } from '../../src/sessions/compared-network.ts';
import { OrtSession } from '../../src/sessions/ort-session.ts';
import { type SpikingNetwork, spikingNetwork } from '../../src/spiking/network-kind.ts';
import type { Site } from '../../src/spiking/neuron-node.ts';
import { toSourceForm } from '../../src/spiking/spiking-form.ts';
import { adjustedModel, hasDeadZone, thresholdNames } from './adjusted-model.ts';
import type { Answer, DeviceEnergy, MethodFacts, NetworkFacts, Settings, SiteFacts } from './answer.ts';
import { inputShapeOf } from './input-shape.ts';
import { type SiteBlock, siteBlocks } from './site-blocks.ts';
import { spikeMaps } from './spike-maps.ts';

/** A spiking network that is looked at while it runs, its source network beside it. */
export class WatchedNetwork {
  readonly facts: NetworkFacts;
  readonly #network: SpikingNetwork;
  readonly #blocks: readonly SiteBlock[];
  readonly #source: OrtSession;
  readonly #sourceLogits: string;
  #engine: Engine | undefined;
  /** Spikes of the last run, and what their energy is estimated from: measured when it is asked for. */
  #activity: Activity | undefined;
  #compared: ComparedNetwork | undefined;

  private constructor(facts: NetworkFacts, network: SpikingNetwork, blocks: SiteBlock[], source: OrtSession) {
    this.facts = facts;
    this.#network = network;
    this.#blocks = blocks;
    this.#source = source;
    this.#sourceLogits = logitsOf(network.model).name;
  }

  /** @param name that the network is shown by */
  static async open(model: Model, name: string): Promise<WatchedNetwork> {
    const network = spikingNetwork(model);
    const blocks = siteBlocks(network.sites.map((site) => site.name));
    const facts = factsOf(name, network, blocks);
    return new WatchedNetwork(facts, network, blocks, await OrtSession.create(toSourceForm(model)));
  }

  /** Makes the network ready to run with these settings. */
  async prepare({ steps, ...change }: Settings): Promise<void> {
    const { model, sites } = this.#network;
    const options = { steps, statistics: true, keep: spikeValues(sites) };
    const engine = await engines.fast(planRun(adjustedModel(model, sites, change), options), {});
    await this.#engine?.close();
    this.#engine = engine;
  }

  /** Shows one picture to both networks. @param picture [1, …], prepared as the network wants it */
  async run(picture: FloatTensor): Promise<Answer> {
    const engine = mustExist(this.#engine, 'prepared network');
    const begin = performance.now();
    const { logits, values, activity } = await engine.run(picture);
    const milliseconds = performance.now() - begin;
    this.#activity = activity;
    const outputs = await this.#source.run(picture);
    const sourceLogits = [...lookUp(outputs, this.#sourceLogits, 'output').data];
    const { sites, steps, hiddenSteps } = engine.plan;
    const trains = spikeTrains(sites, values, steps + hiddenSteps, hiddenSteps);
    const maps = spikeMaps(trains, this.#blocks);
    const rows = rowsOf(logits).map((row) => [...row]);
    const neurons = trains.map(({ spikes }) => spikes.data.length / steps);
    return {
      source: softmax(sourceLogits),
      sourceLogits,
      logits: rows,
      steps: rows.map((row, t) => ({ probabilities: softmax(row), blocks: maps[t] ?? [] })),
      neurons: this.#blocks.map((block) => block.sites.reduce((sum, i) => sum + (neurons[i] ?? 0), 0)),
      milliseconds,
    };
  }

  /** Estimates the energy of the last run. */
  async energy(): Promise<DeviceEnergy[]> {
    const activity = mustExist(this.#activity, 'run');
    this.#compared ??= await besideSource(this.#network);
    const { steps, result } = summariseEnergy(this.#compared, activity, 1, undefined);
    return result.devices.map(({ title }, d) => ({
      device: title,
      ratios: steps.map(({ full }) => mustExist(full[d], 'estimate').ratio),
    }));
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    await this.#source.release();
  }
}

function factsOf(name: string, network: SpikingNetwork, blocks: readonly SiteBlock[]): NetworkFacts {
  const { model, sites } = network;
  const record = readConversionRecord(model);
  const classes = logitsOf(model).shape?.at(-1);
  return {
    name,
    method: record?.method ?? 'unknown',
    preset: record?.preset ?? 'unknown',
    fittedSteps: record?.steps ?? network.steps,
    classNames: keptClasses(model) ?? Array.from({ length: Number(classes ?? 0) }, (_, i) => `class ${i}`),
    inputShape: inputShapeOf(model),
    blocks: blocks.map((block) => block.name),
    sites: sites.map(siteFacts),
    methods: methods.map(methodFacts),
    deadZone: hasDeadZone(sites),
    assumedPreprocess: keptPreprocess(model)?.assumed ?? true,
  };
}

/** Presets for quantised networks are left out: no network here is one. */
function methodFacts({ name, summary, presets, defaultPreset }: Method): MethodFacts {
  const names = Object.entries(presets).flatMap(([each, { needsScales }]) => (needsScales ? [] : [each]));
  return { name, summary, presets: names, defaultPreset };
}

function siteFacts(site: Site): SiteFacts {
  const range = (name: string): [number, number] => {
    const values = site.parameters[name]!.toNumbers();
    return [Math.min(...values), Math.max(...values)];
  };
  return {
    name: site.name,
    neuron: site.neuron.name,
    parameters: Object.fromEntries(thresholdNames(site).map((name) => [name, range(name)])),
  };
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
