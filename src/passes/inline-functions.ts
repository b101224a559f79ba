import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model, ModelFunction } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { subgraphsOf } from '../graph/operation.ts';
import { functionBody } from '../interpreter/function-body.ts';
import { domain as neuronDomain } from '../spiking/domain.ts';
import { inlineNodes } from './inline-nodes.ts';

/**
 * Puts the bodies of a model's own functions in the place of their calls, so that the operators in them are seen. Neurons
 * stay what they are, and so does a function whose body is of another version of the standard operators.
 */
export const inlineFunctions = definePass({
  name: 'inline-functions',
  summary: "Calls of the model's functions become the operators in their bodies.",
  rewrites: 'input',
  apply(model: Model) {
    const changes = inlineIn(model.graph, model);
    if (changes === 0) return 0;
    const called = new Set(callsIn(model.graph));
    model.functions = model.functions.filter(
      (each) => each.domain === neuronDomain || called.has(keyOf(each.domain, each.name)),
    );
    for (const { opsets } of model.functions)
      for (const [domain, version] of opsets)
        if (!model.opsets.has(domain)) model.opsets.set(domain, version);
    return changes;
  },
});

function inlineIn(graph: Graph, model: Model): number {
  let changes = 0;
  // Bodies may call functions in turn; one that calls itself has no end and is no valid function.
  const open = graph.nodes.map((call) => ({ call, inside: new Set<ModelFunction>() }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { call, inside } = next;
    for (const body of subgraphsOf(call)) changes += inlineIn(body, model);
    const definition = functionOf(model, call);
    if (!definition || inside.has(definition)) continue;
    for (const [domain, version] of definition.opsets)
      if (!model.opsets.has(domain)) model.opsets.set(domain, version);
    const made = inlineNodes(graph, call, {
      nodes: functionBody(definition, call),
      initializers: new Map(),
      outputs: definition.outputs,
      given: new Map(definition.inputs.map((name, i) => [name, call.inputs[i] ?? ''])),
    });
    changes++;
    open.push(...made.map((each) => ({ call: each, inside: new Set([...inside, definition]) })));
  }
  return changes;
}

function functionOf({ functions, opset }: Model, { domain, opType }: Node): ModelFunction | undefined {
  if (domain === neuronDomain) return undefined;
  const found = functions.find((each) => each.domain === domain && each.name === opType);
  return (found?.opsets.get('') ?? opset) === opset ? found : undefined;
}

function* callsIn(graph: Graph): Generator<string> {
  for (const each of graph.nodes) {
    yield keyOf(each.domain, each.opType);
    for (const body of subgraphsOf(each)) yield* callsIn(body);
  }
}

function keyOf(domain: string, name: string): string {
  return `${domain}:${name}`;
}
