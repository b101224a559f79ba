import { logitsOf } from '../../analysis/logits-of.ts';
import { times } from '../../differentiation/gradient-operators.ts';
import { definePass } from '../../graph/define-pass.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { mustExist } from '../../look-up.ts';
import { renameNode } from '../../passes/inline-nodes.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import type { UnrolledModel } from './unroll-spiking.ts';

/** What a teacher says, as values of the training form. */
export interface Taught {
  /** Outputs of the source network [batch, classes]. */
  readonly logits: string;
  /** What is added to the loss for the sites, float32 []; absent without a weight. */
  readonly penalty?: string;
}

/** Names of the teacher's values in the graph that it stands in. */
const scope = 'source/';

/**
 * Puts the source network of a spiking model beside its training form, as the teacher of that: it reads the same inputs, is not
 * trained, and says what the outputs should be. With a weight w it says so of the sites, too: to the loss
 *
 *     w/S · Σ_s ‖decoded_s(T) − x_s‖² / ‖x_s‖²
 *
 * is added, x_s being what site s carries in the source network, and the norms over the whole batch.
 *
 * @param sites what the neurons make in the training form
 * @param spiking the model that was unrolled
 * @param siteWeight w; 0: outputs alone are compared
 */
export const withTeacher = definePass({
  name: 'with-teacher',
  summary: 'The source network stands beside the training form, and its values beside those of the sites.',
  rewrites: 'input',
  apply(model: Model, sites: UnrolledModel['sites'], spiking: Model, siteWeight: number): Taught {
    const source = toSourceForm(spiking);
    const { graph } = model;
    const given = new Set(source.graph.inputs.map(({ name }) => name));
    const rename = (name: string) => (name === '' || given.has(name) ? name : `${scope}${name}`);
    for (const [name, tensor] of source.graph.initializers) graph.setInitializer(rename(name), tensor);
    for (const each of source.graph.nodes) graph.append(renameNode(each, rename, scope));
    const logits = rename(logitsOf(source).name);
    if (siteWeight === 0) return { logits };
    const build = new GraphBuilder(graph, 'sites.');
    const losses = sitesOf(spiking).map(({ name, carried }) => {
      const made = mustExist(sites.get(name)?.decoded.at(-1), `last step of site '${name}'`);
      return relativeSquaredError(build.scoped(`${name}.`), made, rename(carried));
    });
    const sum = losses.length === 1 ? mustExist(losses[0], 'a site') : build.op('Sum', losses);
    return { logits, penalty: times(build, sum, siteWeight / losses.length) };
  },
});

/** ‖made − wanted‖²/‖wanted‖²; a part in a billion is added below, for sites that carry nothing. */
function relativeSquaredError(build: GraphBuilder, made: string, wanted: string): string {
  const meanSquare = (value: string) =>
    build.op('ReduceMean', [build.op('Mul', [value, value])], { keepdims: 0 });
  const error = meanSquare(build.op('Sub', [made, wanted]));
  const signal = build.op('Add', [meanSquare(wanted), build.scalar('tiny', 1e-9)]);
  return build.op('Div', [error, signal]);
}
