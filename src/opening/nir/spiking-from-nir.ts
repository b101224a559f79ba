import { FormatError } from '../../errors.ts';
import type { NirArray, NirGraph, NirNode } from '../../formats/nir/nir-graph.ts';
import { NirParameters } from '../../formats/nir/nir-parameters.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import { currentBased } from '../../neurons/current-based.ts';
import { domain, domainVersion, stepsName } from '../../spiking/domain.ts';
import { giveTimeAxis } from '../../spiking/inputs-over-time.ts';
import type { NeuronSpec, PlacedNeurons } from '../../spiking/neuron-node.ts';
import { nameOf, recurrentFunction } from '../../spiking/recurrent-population.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';
import { type NirTime, neuronsOf, nirNeurons } from './nir-neurons.ts';
import { nirOperators } from './nir-operators.ts';
import { type OrderedNode, orderNodes } from './order-nodes.ts';

/** Version of the standard operators of networks that come from NIR. */
const opset = 17;

/** How a NIR graph becomes a network. */
export interface NirOptions extends Partial<NirTime> {
  /** Time-steps T that it is set to. Default: what the file says, else 16 */
  readonly steps?: number | undefined;
}

/**
 * A NIR graph as a spiking network: inputs over time [N, T, …], or constant ones where the file says so; outputs the running means [T, N, …]
 * of what the output nodes read. Neurons are current-based ones in steps of dt; a loop from the spikes of a population back to it arrives a step later.
 *
 * @param where name of the source for error messages
 * @throws FormatError at a node that has no such form
 */
export function spikingFromNir(graph: NirGraph, where: string, options: NirOptions = {}): Model {
  return new NirReader(graph, where, options).read();
}

class NirReader {
  readonly #nir: NirGraph;
  readonly #where: string;
  readonly #steps: number;
  readonly #time: NirTime;
  readonly #model: Model;
  readonly #build: GraphBuilder;
  /** What nodes make, by name. */
  readonly #values = new Map<string, string>();
  readonly #placed: PlacedNeurons[] = [];
  #loops = 0;

  constructor(nir: NirGraph, where: string, options: NirOptions) {
    this.#nir = nir;
    this.#where = where;
    const said = (name: string) => numberIn(nir.metadata, name);
    this.#steps = options.steps ?? said('steps') ?? 16;
    this.#time = { dt: options.dt ?? said('dt') ?? 1e-4, reset: options.reset };
    const graph = new Graph('nir');
    this.#model = new Model(graph, opset);
    this.#build = new GraphBuilder(graph);
  }

  read(): Model {
    const { graph } = this.#model;
    for (const each of orderNodes(this.#nir, this.#where)) this.#place(each);
    if (this.#placed.length === 0) {
      throw this.#refuse('a population of neurons outside of loops', 'none');
    }
    graph.removeDeadNodes();
    const overTime = graph.inputs.filter(({ name }) => !this.#isConstant(name)).map(({ name }) => name);
    const timed = giveTimeAxis(
      this.#model,
      Object.fromEntries(overTime.map((name) => [name, 'running-mean' as const])),
    );
    return toSpikingForm(timed, this.#placed, this.#steps);
  }

  #place(each: OrderedNode): void {
    const nir = lookUp(this.#nir.nodes, each.name, 'node');
    const where = `${this.#where}: node '${each.name}' (${nir.type})`;
    const read = new NirParameters(nir, where);
    if (nir.type === 'Input') this.#input(each.name, read);
    else if (nir.type === 'Output') this.#output(each);
    else if (nirNeurons.has(nir.type))
      this.#neurons(each, neuronsOf(nir, where, this.#timeOf(each, nir)), nir, where);
    else {
      const made = nirOperators[nir.type];
      if (!made) throw this.#unknown(read, nir.type);
      this.#values.set(each.name, made(this.#build.scoped(`${each.name}.`), this.#sum(each), read));
    }
  }

  /** In a loop all neurons are current-based ones, whatever the file says of their reset. */
  #timeOf({ loop }: OrderedNode, { metadata }: NirNode): NirTime {
    const isSubtracting = metadata?.get('reset') === 'subtract';
    return loop.length > 0
      ? {
          ...this.#time,
          ...(this.#time.reset === undefined && { reset: isSubtracting ? 'subtract' : 'value' }),
        }
      : this.#time;
  }

  #input(name: string, read: NirParameters): void {
    const shape = [...(read.optional('shape')?.data ?? [])];
    this.#model.graph.addInput({ name, dataType: 'float32', shape: ['batch', ...shape] });
    this.#values.set(name, name);
  }

  #output(each: OrderedNode): void {
    const { graph } = this.#model;
    const made = this.#build.op('Identity', [this.#sum(each)], {}, { name: each.name });
    graph.addOutput({ name: made, dataType: 'float32', shape: undefined });
  }

  #neurons(each: OrderedNode, spec: NeuronSpec, { metadata }: NirNode, where: string): void {
    const arriving = this.#sum(each);
    if (each.loop.length > 0) {
      this.#values.set(each.name, this.#recurrent(each, spec, arriving, where));
      return;
    }
    // A value of its own, so that the neurons stand there alone.
    const value = this.#build.op('Identity', [arriving], {}, { name: `${each.name}.arriving` });
    const spikes = this.#build.op('Identity', [value], {}, { name: `${each.name}.sent` });
    this.#placed.push({
      name: siteName(each.name, metadata),
      value,
      readers: [{ node: spikes, input: 0 }],
      ...spec,
    });
    this.#values.set(each.name, spikes);
  }

  #recurrent(
    { name, loop }: OrderedNode,
    { attributes, parameters }: NeuronSpec,
    arriving: string,
    where: string,
  ): string {
    const nodes = this.#nir.nodes;
    const read = (each: string) =>
      new NirParameters(lookUp(nodes, each, 'node'), `${this.#where}: node '${each}'`);
    const back = loop.filter((each) => this.#nir.edges.some(([from, to]) => from === each && to === name));
    const { shape } = new NirParameters(lookUp(nodes, name, 'node'), where).array('v_threshold', 1);
    const population = {
      index: this.#loops++,
      neurons: shape[0] ?? 0,
      attributes: currentBased.attributes.parse(attributes),
      parameters,
      loop: (build: GraphBuilder, spikes: string) => {
        const values = new Map([[name, spikes]]);
        const valueAt = (each: string): string => {
          const known = values.get(each);
          if (known !== undefined) return known;
          const from = this.#nir.edges.filter(([, to]) => to === each).map(([source]) => valueAt(source));
          const { type } = lookUp(nodes, each, 'node');
          const made = mustExist(nirOperators[type], `operator ${type}`)(build, sum(build, from), read(each));
          values.set(each, made);
          return made;
        };
        return sum(build, back.map(valueAt));
      },
    };
    this.#model.functions.push(recurrentFunction(population, opset));
    this.#model.opsets.set(domain, domainVersion);
    this.#model.graph.setInitializer(stepsName, Tensor.int64([1], [this.#steps]));
    const output = this.#model.graph.freshName(`${name}.recurrent`);
    this.#build.add(node(nameOf(population), [arriving, stepsName], [output], {}, { domain, name: output }));
    return output;
  }

  /** What a node reads: the sum of its edges. */
  #sum({ name, reads }: OrderedNode): string {
    if (reads.length === 0) throw this.#refuse(`an edge to node '${name}'`, 'none');
    return sum(
      this.#build,
      reads.map((each) => lookUp(this.#values, each, 'value of node')),
    );
  }

  #isConstant(input: string): boolean {
    return this.#nir.nodes.get(input)?.metadata?.get('presentation') === 'constant';
  }

  #unknown(read: NirParameters, type: string): FormatError {
    const known = [...Object.keys(nirOperators), ...nirNeurons].join(', ');
    return read.refuse(`one of ${known}`, type, 'Write the network with these alone');
  }

  #refuse(expected: string, got: string): FormatError {
    return new FormatError({ where: this.#where, expected, got, remedy: 'Write the network in such a form' });
  }
}

function sum(build: GraphBuilder, values: readonly string[]): string {
  return values.reduce((total, value) => build.op('Add', [total, value]));
}

function siteName(name: string, metadata: NirNode['metadata']): string {
  const said = metadata?.get('site');
  return typeof said === 'string' ? said : name;
}

function numberIn(
  metadata: ReadonlyMap<string, NirArray | string> | undefined,
  name: string,
): number | undefined {
  const found = metadata?.get(name);
  return found === undefined || typeof found === 'string' ? undefined : found.data[0];
}
