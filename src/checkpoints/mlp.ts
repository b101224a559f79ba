import { addLinear, type Linear } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm, type Norm } from './norm.ts';
import { addActivation, type PerceptronActivation } from './perceptron-activation.ts';

/**
 * The perceptron of a Transformer block in a checkpoint: contract(norm(activation(expand(x)))). A gated one has
 * activation(gate(x)) · value(x) in the middle.
 *
 * Shazeer: GLU Variants Improve Transformer, 2020, arXiv:2002.05202.
 */
export interface Mlp {
  /** One layer; or gate and value, as two layers, or as one that gives the gate first and the value behind it. */
  readonly expand:
    | Linear
    | { readonly gate: Linear; readonly value: Linear }
    | { readonly gateAndValue: Linear };
  readonly activation: PerceptronActivation;
  /** Number of features inside. */
  readonly hidden: number;
  /** Normalisation of the features inside; default: none. */
  readonly norm?: Norm | undefined;
  readonly contract: Linear;
}

/**
 * Appends a perceptron.
 *
 * @param path prefix of the operators' names
 * @param input float32 [..., width]
 * @returns float32 [..., width]
 */
export function addMlp(net: NetworkBuilder, path: string, mlp: Mlp, width: number, input: string): string {
  const inside = addNorm(net, mlp.norm, mlp.hidden, addInside(net, path, mlp, width, input));
  return addLinear(net, mlp.contract, [mlp.hidden, width], inside);
}

function addInside(
  net: NetworkBuilder,
  path: string,
  { expand, activation, hidden }: Mlp,
  width: number,
  input: string,
): string {
  const act = (value: string) => addActivation(net, activation, value, `${path}.activation`);
  if ('path' in expand) return act(addLinear(net, expand, [width, hidden], input));
  const [gate, value] =
    'gate' in expand
      ? [
          addLinear(net, expand.gate, [width, hidden], input),
          addLinear(net, expand.value, [width, hidden], input),
        ]
      : halves(net, path, hidden, addLinear(net, expand.gateAndValue, [width, 2 * hidden], input));
  return net.op('Mul', [act(gate), value], {}, { name: `${path}.gated` });
}

function halves(net: NetworkBuilder, path: string, hidden: number, both: string): [string, string] {
  const lengths = net.integers(`${path}.halves.lengths`, [hidden, hidden]);
  const [gate, value] = net.ops('Split', [both, lengths], 2, { axis: -1 }, { name: `${path}.halves` });
  return [gate!, value!];
}
