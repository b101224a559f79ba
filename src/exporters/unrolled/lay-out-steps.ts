import { ConversionError, listProblems } from '../../errors.ts';
import { definePass } from '../../graph/define-pass.ts';
import type { Model } from '../../graph/model.ts';
import { describeNode, type Node, node } from '../../graph/node.ts';
import { lookUp } from '../../look-up.ts';
import { inlineFunctions } from '../../passes/inline-functions.ts';
import { domain } from '../../spiking/domain.ts';
import { foldFewBitWeights } from '../../spiking/few-bit-weights.ts';
import { foldCorrections } from '../../spiking/fold-corrections.ts';
import { inputsOverTime } from '../../spiking/inputs-over-time.ts';
import { type Site, sitesOf, stepsOf } from '../../spiking/neuron-node.ts';
import { closeTimeAxis, hiddenStepsOf, openTimeAxis, presentsOverTime } from '../../spiking/time-axis.ts';
import { isTimeAxis, type TimeFlow, timeFlow } from '../../spiking/time-flow.ts';
import { requireKnown } from '../../spiking/unknown-neuron.ts';
import { presentedSteps } from './presented-steps.ts';
import { type SiteSteps, siteSteps } from './site-steps.ts';
import { inPlaceOf, StepSplitter } from './step-splitter.ts';
import { unrollScan } from './unroll-scan.ts';

/** Operators that run other graphs. */
const controlFlow: ReadonlySet<string> = new Set(['Scan', 'Loop', 'If', 'SequenceMap']);

/**
 * Lays a spiking model out over its T steps in plain standard operators: no functions, no Scan, If or Loop. What is between the neurons
 * runs on all steps as one batch [T·N, …], the neurons step after step, and what comes before the first of them once. Outputs are
 * running means [T, N, …], as those of the spiking model.
 *
 * @param shown sites whose spikes become outputs, `SITE.spikes` [T, N, …]. Default: none
 * @throws ConversionError that lists all operators without such a form
 */
export const layOutSteps = definePass({
  name: 'lay-out-steps',
  summary: 'The steps of a spiking model are laid out in plain standard operators.',
  rewrites: 'copy',
  apply(spiking: Model, shown: readonly string[] = []): Model {
    const model = spiking.clone();
    foldCorrections(model);
    foldFewBitWeights(model);
    inlineFunctions(model);
    new Layout(model).run(shown);
    return model;
  },
});

class Layout {
  readonly #model: Model;
  readonly #steps: number;
  readonly #hidden: number;
  readonly #flow: ReadonlyMap<string, TimeFlow>;
  readonly #sites: ReadonlyMap<Node, Site>;
  readonly #splitter: StepSplitter;
  readonly #made = new Map<string, SiteSteps>();
  /** Values that are the same at every step, repeated for all of them. */
  readonly #repeated = new Map<string, string>();

  constructor(model: Model) {
    this.#model = model;
    this.#hidden = hiddenStepsOf(model);
    this.#steps = (stepsOf(model) ?? 0) + this.#hidden;
    this.#sites = new Map(sitesOf(model).map((site) => [site.node, site]));
    requirePlain(model, this.#sites);
    this.#flow = timeFlow(model.graph, false);
    this.#splitter = new StepSplitter(model, this.#steps);
  }

  run(shown: readonly string[]): void {
    const { graph } = this.#model;
    for (const each of [...graph.nodes]) {
      const site = this.#sites.get(each);
      if (site) this.#placeNeurons(site);
      else if (isTimeAxis(each, openTimeAxis)) this.#open(each);
      else if (isTimeAxis(each, closeTimeAxis)) this.#close(each);
      else if (presentsOverTime(each)) this.#present(each);
      else this.#repeatInputs(each);
    }
    // What neurons set their parameters from goes over the hidden steps.
    for (const each of graph.nodes.filter(({ opType }) => opType === 'Scan'))
      unrollScan(this.#model, each, this.#hidden);
    for (const name of shown) this.#show(name);
    this.#fixSteps();
    graph.removeDeadNodes();
    this.#model.functions = this.#model.functions.filter((each) => each.domain !== domain);
    this.#model.opsets.delete(domain);
  }

  #placeNeurons(site: Site): void {
    const { graph } = this.#model;
    requireKnown(site.neuron);
    const build = inPlaceOf(this.#model, site.decoded, site.name);
    const means = this.#isStill(site.value)
      ? new Array<string>(this.#steps).fill(site.value)
      : this.#splitter.split(build, site.value);
    const made = siteSteps(build, site, means, this.#hidden, this.#splitter);
    this.#made.set(site.name, made);
    const outputs = [
      [site.decoded, made.decoded],
      [site.spikes, made.spikes],
      [site.counts, made.counts],
    ] as const;
    graph.removeNode(site.node);
    for (const [value, steps] of outputs) {
      if (steps && value !== undefined && graph.consumersOf(value).length > 0)
        build.add(node('Concat', steps, [value], { axis: 0 }, { name: value }));
    }
  }

  #open(each: Node): void {
    const [input = '', output = ''] = [each.inputs[0], each.outputs[0]];
    const { graph } = this.#model;
    const made = this.#isStill(output)
      ? node('Identity', [input], [output], {}, { name: each.name })
      : node(
          'Concat',
          new Array<string>(this.#steps).fill(input),
          [output],
          { axis: 0 },
          { name: each.name },
        );
    graph.replaceNode(each, made);
  }

  #close(each: Node): void {
    const [input = '', output = ''] = [each.inputs[0], each.outputs[0]];
    const build = inPlaceOf(this.#model, output, output);
    const visible = this.#steps - this.#hidden;
    const steps = this.#isStill(input)
      ? new Array<string>(visible).fill(input)
      : this.#splitter.split(build, input).slice(this.#hidden);
    const stacked = this.#splitter.stack(build, steps);
    this.#model.graph.removeNode(each);
    build.add(node('Identity', [stacked], [output], {}, { name: each.name }));
  }

  #present(each: Node): void {
    const [output = ''] = each.outputs;
    const build = inPlaceOf(this.#model, output, output);
    const steps = presentedSteps(build, each, this.#steps - this.#hidden, this.#hidden, this.#model);
    this.#model.graph.removeNode(each);
    build.add(node('Concat', steps, [output], { axis: 0 }, { name: each.name }));
  }

  /** What differs from step to step reads what does not at every step. */
  #repeatInputs(each: Node): void {
    const flow = this.#flow.get(each.outputs[0] ?? '');
    if (flow === 'still' || flow === 'constant') return;
    for (const [i, name] of each.inputs.entries()) {
      if (name !== '' && this.#isStill(name)) this.#model.graph.setInput(each, i, this.#atEveryStep(name));
    }
  }

  #atEveryStep(value: string): string {
    const known = this.#repeated.get(value);
    if (known !== undefined) return known;
    const build = inPlaceOf(this.#model, value, value);
    const made = build.op('Concat', new Array<string>(this.#steps).fill(value), { axis: 0 });
    this.#repeated.set(value, made);
    return made;
  }

  #isStill(value: string): boolean {
    return this.#flow.get(value) === 'still';
  }

  #show(site: string): void {
    const { graph } = this.#model;
    const { spikes } = lookUp(this.#made, site, 'site');
    const build = inPlaceOf(this.#model, spikes.at(-1) ?? '', `${site}.shown`);
    const stacked = this.#splitter.stack(build, spikes.slice(this.#hidden));
    const name = graph.freshName(`${site}.spikes`);
    build.add(node('Identity', [stacked], [name], {}, { name }));
    graph.addOutput({ name, dataType: 'float32', shape: undefined });
  }

  /** Inputs over time and outputs have as many steps as are laid out. */
  #fixSteps(): void {
    const { graph } = this.#model;
    const visible = this.#steps - this.#hidden;
    const overTime = inputsOverTime(this.#model);
    graph.setInputs(
      graph.inputs.map((info) =>
        overTime.has(info.name) ? { ...info, shape: info.shape?.with(1, visible) } : info,
      ),
    );
    graph.setOutputs(
      graph.outputs.map((info) => (info.shape ? { ...info, shape: info.shape.with(0, visible) } : info)),
    );
  }
}

function requirePlain({ graph, functions }: Model, sites: ReadonlyMap<Node, Site>): void {
  const own = new Set(
    functions.filter((each) => each.domain !== domain).map(({ domain: of, name }) => `${of}:${name}`),
  );
  const isOurs = (each: Node) =>
    sites.has(each) ||
    isTimeAxis(each, openTimeAxis) ||
    isTimeAxis(each, closeTimeAxis) ||
    presentsOverTime(each);
  const problems = graph.nodes.flatMap((each) => {
    if (controlFlow.has(each.opType)) return [`${describeNode(each)}: an operator that runs another graph`];
    if (own.has(`${each.domain}:${each.opType}`))
      return [`${describeNode(each)}: a function of another opset`];
    if (each.domain === domain && !isOurs(each)) return [`${describeNode(each)}: a reader of single spikes`];
    return [];
  });
  if (problems.length === 0) return;
  throw new ConversionError(
    listProblems(
      'unrolled: cannot be laid out in plain operators; export the spiking model itself instead:',
      problems,
    ),
  );
}
