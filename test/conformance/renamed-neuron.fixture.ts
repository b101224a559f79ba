import type { AnyNeuron } from '../../src/dynamics/define-neuron.ts';

type Named<V> = Readonly<Record<string, V>>;

/** Names that say nothing, in the order of the parameters. */
const greek = ['theta', 'rho', 'zeta', 'xi'];

/** The same neuron with parameters that are called `theta`, `rho`… and what it says of them under these names. */
export function renamedNeuron(neuron: AnyNeuron): AnyNeuron {
  const names = new Map(neuron.parameters.map((name, i) => [name, greek[i] ?? `nu${i}`]));
  const newName = (name: string) => names.get(name) ?? name;
  const forth = <V>(values: Named<V>): Named<V> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [newName(name), value]));
  const back = <V>(values: Named<V>): Named<V> =>
    Object.fromEntries(neuron.parameters.map((name) => [name, values[newName(name)] as V]));
  const { thresholds, rehearsal } = neuron;
  return {
    ...neuron,
    name: `${neuron.name}-renamed`,
    functionName: (attributes) => `${neuron.functionName(attributes)}_renamed`,
    parameters: [...names.values()],
    ...(thresholds && {
      thresholds: {
        positive: newName(thresholds.positive),
        ...(thresholds.negative !== undefined && { negative: newName(thresholds.negative) }),
        toParameters: (positive, negative) => forth(thresholds.toParameters(positive, negative)),
      },
    }),
    ...(rehearsal && {
      rehearsal: {
        steps: (attributes) => rehearsal.steps(attributes),
        adapt: (means, values, attributes) => forth(rehearsal.adapt(means, back(values), attributes)),
        lower: (build, means, values, attributes) =>
          forth(rehearsal.lower(build, means, back(values), attributes)),
      },
    }),
    initialPotential: (values, attributes) => neuron.initialPotential?.(back(values), attributes) ?? 0,
    initialState: (values, attributes) => neuron.initialState?.(back(values), attributes) ?? {},
    lowerInitialState: (build, values, attributes) =>
      neuron.lowerInitialState?.(build, back(values), attributes) ?? {},
    step: (input, state, values, attributes) => neuron.step(input, state, back(values), attributes),
    levelOf: (spike, values, attributes) => neuron.levelOf(spike, back(values), attributes),
    lower: (build, values, attributes) =>
      neuron.lower(build, { ...values, parameters: back(values.parameters) }, attributes),
  };
}
