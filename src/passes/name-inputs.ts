import { definePass } from '../graph/define-pass.ts';
import { node } from '../graph/node.ts';

/** Gives what the network reads of each input a value of its own, in whose place neurons can stand that tell it by spikes. */
export const nameInputs = definePass({
  name: 'name-inputs',
  summary: 'An Identity stands behind every input of numbers.',
  rewrites: 'input',
  apply({ graph }) {
    const inputs = graph.inputs.filter(
      ({ name, dataType, shape = [] }) =>
        dataType?.startsWith('float') && shape.length > 1 && graph.consumersOf(name).length > 0,
    );
    for (const { name } of inputs) {
      const value = graph.freshName(`${name}.shown`);
      graph.redirectConsumers(name, value);
      graph.prepend(node('Identity', [name], [value], {}, { name: value }));
    }
    return inputs.length;
  },
});
