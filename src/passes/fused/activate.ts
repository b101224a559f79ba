import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { float, type Node, stringAttribute } from '../../graph/node.ts';

/** The activation that is fused into an operator, by the attributes that name it and its numbers. */
export function fusedActivation(build: GraphBuilder, of: Node, value: string): string | undefined {
  const name = stringAttribute(of, 'activation', '');
  const [first, second] = parametersOf(of);
  switch (name) {
    case '':
      return value;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
    case 'Softplus':
    case 'HardSwish':
      return build.op(name, [value]);
    case 'LeakyRelu':
    case 'Elu':
      return build.op(name, [value], first === undefined ? {} : { alpha: float(first) });
    case 'HardSigmoid':
      return build.op(name, [value], { alpha: float(first ?? 0.2), beta: float(second ?? 0.5) });
    case 'Clip':
      if (first === undefined || second === undefined) return undefined;
      return build.op('Clip', [value, build.scalar('lowest', first), build.scalar('highest', second)]);
    default:
      return undefined;
  }
}

function parametersOf({ attributes }: Node): readonly (number | undefined)[] {
  const list = attributes.get('activation_params');
  if (list?.kind === 'floats') return list.value;
  return ['activation_alpha', 'activation_beta'].map((key) => {
    const each = attributes.get(key);
    return each?.kind === 'float' ? each.value : undefined;
  });
}
