import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { mustExist } from '../look-up.ts';
import { domain } from './domain.ts';
import { type Site, sitesOf } from './neuron-node.ts';
import { streamFunction, streamFunctionName, streamInputs, streamOutputs } from './stream-function.ts';

/** Names under which the state of a site's neurons is given to a model and taken from it. */
export interface StatePorts {
  /** Input of what is taken off t·decoded. */
  readonly surplus: string;
  /** Inputs of the state variables, by variable. */
  readonly given: ReadonlyMap<string, string>;
  /** Output of what was received at the last step. */
  readonly last: string;
  /** Outputs of the state variables, by variable. */
  readonly made: ReadonlyMap<string, string>;
}

/** A spiking model that goes on from a given state. */
export interface StatefulModel {
  readonly model: Model;
  /** Input, float32 []: steps that came before. */
  readonly elapsed: string;
  /** By name of the site. */
  readonly ports: ReadonlyMap<string, StatePorts>;
}

/** Gives a spiking model inputs and outputs for the states of its neurons, each [N, …] or broadcastable to that. */
export const exposeStates = definePass({
  name: 'expose-states',
  summary: 'States of neurons become inputs and outputs.',
  rewrites: 'copy',
  apply(spiking: Model): StatefulModel {
    const model = spiking.clone();
    const { graph, functions } = model;
    const sites = sitesOf(model);
    const elapsed = graph.freshName('elapsed');
    const ports = new Map(sites.map((site) => [site.name, portsOf(site)]));
    for (const site of sites) {
      const { neuron, attributes } = site;
      const own = mustExist(ports.get(site.name), `ports of site '${site.name}'`);
      const name = streamFunctionName(neuron, attributes);
      const { inputs, outputs } = site.node;
      const made = node(
        name,
        [...inputs, elapsed, own.surplus, ...own.given.values()],
        [...outputs, own.last, ...own.made.values()],
        {},
        { name: site.name, domain },
      );
      graph.replaceNode(site.node, { ...made, attributes: site.node.attributes });
      if (!functions.some((each) => each.domain === domain && each.name === name))
        functions.push(streamFunction(neuron, attributes, model.opset));
    }
    const all = [...ports.values()];
    const float = (shape?: readonly []) => (name: string) => ({ name, dataType: 'float32' as const, shape });
    graph.setInputs([
      ...graph.inputs,
      float([])(elapsed),
      ...all.flatMap(({ surplus, given }) => [surplus, ...given.values()]).map(float()),
    ]);
    graph.setOutputs([
      ...graph.outputs,
      ...all.flatMap(({ last, made }) => [last, ...made.values()]).map(float()),
    ]);
    return { model, elapsed, ports };
  },
});

function portsOf({ name, neuron }: Site): StatePorts {
  const [, surplus = '', ...given] = streamInputs(neuron);
  const [last = '', ...made] = streamOutputs(neuron);
  const byVariable = (ports: readonly string[]) =>
    new Map(neuron.state.map((variable, i) => [variable, `${name}.${ports[i]}`]));
  return {
    surplus: `${name}.${surplus}`,
    given: byVariable(given),
    last: `${name}.${last}`,
    made: byVariable(made),
  };
}
