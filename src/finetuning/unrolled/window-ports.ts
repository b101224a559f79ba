import type { StreamAverages } from '../../engines/require-stream.ts';
import type { Graph } from '../../graph/graph.ts';
import { node } from '../../graph/node.ts';
import type { ValueInfo } from '../../graph/value-info.ts';
import { lookUp } from '../../look-up.ts';
import type { Site } from '../../spiking/neuron-node.ts';
import type { SiteBefore } from './unroll-neurons.ts';

/** What has to be known of a stream to lay out one of its windows. */
export interface WindowOptions {
  readonly averages: StreamAverages;
  /** Lengths of what each site receives for one sample, by its name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** Inputs and outputs of the state of a site, by state variable, each float32 [N, …]. */
export interface SiteWindowPorts {
  readonly given: Readonly<Record<string, string>>;
  readonly made: Readonly<Record<string, string>>;
  /** Input of what is taken off t·decoded; absent where averages go on. */
  readonly surplus?: string | undefined;
  /** Output of what the neurons received at the last step. */
  readonly last: string;
}

/** Inputs and outputs of a window of a stream beside those of the network. */
export interface WindowPorts {
  /** Input, float32 []: steps before the window; absent where averages restart. */
  readonly elapsed?: string | undefined;
  /** By name of the site. */
  readonly sites: ReadonlyMap<string, SiteWindowPorts>;
}

/** Makes the inputs and outputs of a window while it is laid out. */
export class PortsOfWindow {
  readonly #graph: Graph;
  readonly #options: WindowOptions;
  readonly #sites = new Map<string, SiteWindowPorts>();
  readonly #elapsed: string | undefined;

  constructor(graph: Graph, options: WindowOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#elapsed = options.averages === 'continued' ? 'stream.elapsed' : undefined;
  }

  get ports(): WindowPorts {
    return { elapsed: this.#elapsed, sites: this.#sites };
  }

  /** Names of the inputs that the neurons of a site go on from. */
  before({ name, neuron }: Site): SiteBefore {
    const given = Object.fromEntries(neuron.state.map((variable) => [variable, `${name}.${variable}.given`]));
    const made = Object.fromEntries(neuron.state.map((variable) => [variable, `${name}.${variable}.made`]));
    const surplus = this.#elapsed === undefined ? `${name}.surplus` : undefined;
    this.#sites.set(name, { given, made, surplus, last: `${name}.last` });
    return { state: given, surplus, elapsed: this.#elapsed };
  }

  /** Hands out what became of the neurons of a site. */
  after({ name }: Site, last: string, state: Readonly<Record<string, string>>): void {
    const ports = lookUp(this.#sites, name, 'ports of site');
    this.#graph.append(node('Identity', [last], [ports.last]));
    for (const [variable, output] of Object.entries(ports.made))
      this.#graph.append(node('Identity', [state[variable] ?? ''], [output]));
  }

  /** Adds all inputs and outputs to the graph. */
  declare(): void {
    const graph = this.#graph;
    const [batch = 'batch'] = graph.inputs.find(({ shape }) => shape && shape.length > 0)?.shape ?? [];
    const info = (name: string, shape: ValueInfo['shape']): ValueInfo => ({
      name,
      dataType: 'float32',
      shape,
    });
    const inputs: ValueInfo[] = this.#elapsed === undefined ? [] : [info(this.#elapsed, [])];
    const outputs: ValueInfo[] = [];
    for (const [name, { given, made, surplus, last }] of this.#sites) {
      const shape = [batch, ...lookUp(this.#options.shapes, name, 'shape of site')];
      const added = [...Object.values(given), ...(surplus === undefined ? [] : [surplus])];
      inputs.push(...added.map((each) => info(each, shape)));
      outputs.push(...[last, ...Object.values(made)].map((each) => info(each, shape)));
    }
    graph.setInputs([...graph.inputs, ...inputs]);
    graph.setOutputs([...graph.outputs, ...outputs]);
  }
}
