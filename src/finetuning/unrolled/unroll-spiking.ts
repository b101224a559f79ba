import { times } from '../../differentiation/gradient-operators.ts';
import { carryTrainingOperators } from '../../differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../differentiation/operators/training-operators.ts';
import { definePass } from '../../graph/define-pass.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { type Node, node } from '../../graph/node.ts';
import { cloneNode } from '../../graph/operation.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { domain } from '../../spiking/domain.ts';
import { foldFewBitWeights } from '../../spiking/few-bit-weights.ts';
import { foldCorrections } from '../../spiking/fold-corrections.ts';
import { type Site, sitesOf } from '../../spiking/neuron-node.ts';
import { closeTimeAxis, openTimeAxis, presentsOverTime } from '../../spiking/time-axis.ts';
import { isTimeAxis, type TimeFlow, timeFlow } from '../../spiking/time-flow.ts';
import { timelineOf } from '../../spiking/timeline.ts';
import { type SurrogateInput, surrogateSchema } from '../../training/spiking/surrogate-slopes.ts';
import { NeuronBuilder } from './neuron-builder.ts';
import { presentUnrolled } from './present-unrolled.ts';
import { learningOf, type SiteUnrolling, type UnrolledSite, unrollNeurons } from './unroll-neurons.ts';
import { PortsOfWindow, type WindowOptions, type WindowPorts } from './window-ports.ts';

/** How a spiking model is laid out over time to be trained. */
export interface UnrollOptions {
  /** Number of time-steps T. */
  readonly steps: number;
  /** Number of samples N of a batch. */
  readonly batchSize: number;
  /**
   * Slope that stands for the derivative of a spike; with `none` no gradient passes, and neurons need no backward rule.
   * Default: `linear` with height 0.3.
   */
  readonly surrogate?: SurrogateInput | 'none' | undefined;
  /** What the network gives: the running mean of its output after step T, or that times T. Default: `mean`. */
  readonly readout?: 'mean' | 'sum' | undefined;
  /** Parameters that neurons declare as tied to another one follow it. Default true; otherwise they are parameters of their own. */
  readonly tie?: boolean | undefined;
  /** The gradient passes through this many steps at most. Default: all. */
  readonly truncateEvery?: number | undefined;
  /** The input is given for every step: running means [T·N, …], time-step major. Default: one that stays, [N, …]. */
  readonly timedInput?: boolean | undefined;
  /**
   * Makes it a window of a stream, whose states come as further inputs and go as further outputs: lengths of one sample of what each site
   * receives, by the site's name. Default: every run begins anew.
   */
  readonly window?: WindowOptions | undefined;
}

/** A parameter that stays a multiple of another one. */
export interface TiedParameter {
  readonly name: string;
  /** What it is a multiple of. */
  readonly of: string;
  readonly ratio: Tensor;
}

/** A spiking model as a graph that gradients pass through. */
export interface UnrolledModel {
  /** Inputs [N, …], over time [N, T, …] (or [T·N, …], where they are timed), outputs [N, …] after step T. */
  readonly model: Model;
  /** Inputs and outputs of the states, in a window of a stream. */
  readonly ports?: WindowPorts | undefined;
  /** What the neurons make at each step, by the name of their site. */
  readonly sites: ReadonlyMap<string, UnrolledSite>;
  /** Parameters of neurons that follow others. */
  readonly tied: readonly TiedParameter[];
}

/**
 * Lays a spiking model out over T time-steps, with the backward rules of its neurons: what is between them runs on all
 * steps as one batch, the neurons step after step, what comes before the first of them once, and what comes behind the
 * last ones on the last step alone. Weights and parameters of neurons keep their names; the latter become float32.
 * Forwards it computes what the spiking model computes. Where step T is a run of its own, with T slots a window, it is laid out
 * alone.
 *
 * @throws ConversionError at neurons that cannot be trained
 */
export const unrollSpiking = definePass({
  name: 'unroll-spiking',
  summary: 'The time-steps of a spiking model are laid out, and its neurons get their backward rules.',
  rewrites: 'copy',
  apply(spiking: Model, options: UnrollOptions): UnrolledModel {
    const model = spiking.clone();
    foldCorrections(model);
    foldFewBitWeights(model);
    return new Unrolling(model, options).finish();
  },
});

class Unrolling {
  readonly #old: Graph;
  readonly #new: Graph;
  readonly #model: Model;
  readonly #options: UnrollOptions;
  readonly #neurons: SiteUnrolling;
  readonly #flow: ReadonlyMap<string, TimeFlow>;
  readonly #sites: ReadonlyMap<Node, Site>;
  readonly #unrolled = new Map<string, UnrolledSite>();
  readonly #tied: TiedParameter[] = [];
  readonly #converted = new Map<string, string>();
  /** The last step of what neurons made, by the name of the value of all steps. */
  readonly #lastSteps = new Map<string, string>();
  readonly #ports: PortsOfWindow | undefined;

  constructor(model: Model, options: UnrollOptions) {
    this.#model = model;
    const sites = sitesOf(model);
    const isAlone = timelineOf(sites) === 'slots';
    this.#options = isAlone ? { ...options, steps: 1 } : options;
    this.#old = model.graph;
    this.#new = new Graph(model.graph.name);
    this.#neurons = {
      surrogate:
        options.surrogate === 'none'
          ? 'none'
          : surrogateSchema.parse(options.surrogate ?? { kind: 'linear' }),
      truncateEvery: options.truncateEvery,
      firstStep: isAlone ? options.steps : 1,
    };
    this.#flow = timeFlow(model.graph, options.timedInput === true);
    this.#sites = new Map(sites.map((site) => [site.node, site]));
    this.#ports = options.window && new PortsOfWindow(this.#new, options.window);
  }

  finish(): UnrolledModel {
    this.#new.setInputs(this.#old.inputs);
    for (const [name, tensor] of this.#old.initializers) this.#new.setInitializer(name, tensor);
    for (const node of this.#old.nodes) this.#place(node);
    this.#new.setOutputs(this.#old.outputs.map((info) => ({ ...info, shape: info.shape?.slice(1) })));
    this.#ports?.declare();
    this.#new.removeDeadNodes();
    const model = this.#model.withGraph(this.#new);
    model.functions = model.functions.filter((each) => each.domain !== domain);
    model.opsets.delete(domain);
    carryTrainingOperators(model, trainingOperators);
    return { model, sites: this.#unrolled, tied: this.#tied, ports: this.#ports?.ports };
  }

  #place(each: Node): void {
    const site = this.#sites.get(each);
    if (site) this.#placeNeurons(site);
    else if (isTimeAxis(each, openTimeAxis)) this.#open(each);
    else if (isTimeAxis(each, closeTimeAxis)) this.#close(each);
    else if (presentsOverTime(each)) presentUnrolled(this.#new, each, this.#options.steps);
    else {
      const flow = lookUp(this.#flow, each.outputs[0]!, 'time flow of value');
      const inputs = each.inputs.map((name) => (name === '' ? '' : this.#read(name, flow)));
      this.#new.append({ ...cloneNode(each), inputs });
    }
  }

  #open({ name, inputs, outputs }: Node): void {
    const [input = '', output = ''] = [inputs[0], outputs[0]];
    const value = this.#read(input, lookUp(this.#flow, output, 'time flow of value'));
    this.#new.append(node('Identity', [value], [output], {}, { name }));
  }

  #close({ name, inputs, outputs }: Node): void {
    const { readout = 'mean', steps } = this.#options;
    const build = new GraphBuilder(this.#new, 'unrolled.');
    const mean = this.#read(inputs[0]!, 'last');
    const value = readout === 'mean' ? mean : times(build, mean, steps);
    this.#new.append(node('Identity', [value], outputs, {}, { name }));
  }

  #placeNeurons(site: Site): void {
    const scope = scopeOfSite(site.name);
    const around = new GraphBuilder(this.#new, scope);
    const means = this.#stepsOf(site.value, around);
    const parameters = this.#parameters(site, around);
    const build = new NeuronBuilder(this.#new, scope, means, Object.values(parameters));
    const before = this.#ports?.before(site);
    const made = unrollNeurons(build, site, means, parameters, this.#neurons, before);
    this.#ports?.after(site, means.at(-1) ?? '', made.state);
    this.#unrolled.set(site.name, made);
    for (const [value, steps] of [
      [site.decoded, made.decoded],
      [site.spikes, made.spikes],
    ] as const) {
      this.#lastSteps.set(value, steps.at(-1)!);
      this.#new.append(node('Concat', steps, [value], { axis: 0 }, { name: value }));
    }
  }

  /** The value at each step, [N, …]. */
  #stepsOf(value: string, build: GraphBuilder): string[] {
    const { steps, batchSize } = this.#options;
    const flow = lookUp(this.#flow, value, 'time flow of value');
    if (flow !== 'timed') return new Array(steps).fill(value);
    if (steps === 1) return [value];
    const lengths = build.integers('rows', new Array(steps).fill(batchSize));
    return build.ops('Split', [value, lengths], steps, { axis: 0 }, { name: 'means' });
  }

  /** The parameters of a site's neurons as float32 constants of the names they had; tied ones as multiples. */
  #parameters(site: Site, build: GraphBuilder) {
    const { neuron, parameters, parameterValues } = site;
    const unties = this.#options.tie === false || this.#neurons.surrogate === 'none';
    const tied = unties ? {} : (learningOf(site).tied ?? {});
    const names = Object.fromEntries(
      neuron.parameters.map((parameter) => {
        const [name, tensor] = [parameterValues[parameter]!, parameters[parameter]!];
        this.#new.setInitializer(name, Tensor.float32(tensor.shape, tensor.toFloat32()));
        return [parameter, name];
      }),
    );
    for (const [parameter, leader] of Object.entries(tied)) {
      const [name, of] = [names[parameter]!, names[leader as string]!];
      const ratio = ratioOf(parameters[parameter]!, parameters[leader as string]!);
      this.#tied.push({ name, of, ratio });
      names[parameter] = build.op('Mul', [of, build.constant(`${parameter}.ratio`, ratio)]);
    }
    return names;
  }

  #read(value: string, reader: TimeFlow): string {
    const flow = lookUp(this.#flow, value, 'time flow of value');
    if (flow === 'still' && reader === 'timed') return this.#atEveryStep(value);
    if (flow === 'timed' && reader === 'last') return this.#atLastStep(value);
    return value;
  }

  #atEveryStep(value: string): string {
    return this.#once(`${value}.everyStep`, (build) =>
      build.op('Concat', new Array(this.#options.steps).fill(value), { axis: 0 }),
    );
  }

  #atLastStep(value: string): string {
    const { steps, batchSize } = this.#options;
    const made = this.#lastSteps.get(value);
    if (made !== undefined) return made;
    return this.#once(`${value}.lastStep`, (build) => {
      const bounds = [(steps - 1) * batchSize, steps * batchSize, 0];
      const limits = bounds.map((bound, i) => build.integers(['from', 'to', 'axis'][i]!, [bound]));
      return build.op('Slice', [value, ...limits]);
    });
  }

  #once(key: string, make: (build: GraphBuilder) => string): string {
    const found = this.#converted.get(key) ?? make(new GraphBuilder(this.#new, `unrolled.${key}.`));
    this.#converted.set(key, found);
    return found;
  }
}

/** What the names of the nodes of a site's neurons begin with. */
export function scopeOfSite(name: string): string {
  return `unrolled.${name}.`;
}

/** a/b, element by element; a scalar serves all elements of the other. */
function ratioOf(a: Tensor, b: Tensor): Tensor {
  const [numerators, denominators] = [a.toNumbers(), b.toNumbers()];
  const { shape, size } = a.size >= b.size ? a : b;
  const at = (values: ArrayLike<number>, i: number) => values[values.length === 1 ? 0 : i]!;
  return Tensor.float32(
    shape,
    Float32Array.from({ length: size }, (_, i) => at(numerators, i) / at(denominators, i)),
  );
}
