import { definePass } from '../graph/define-pass.ts';

/** Operators that hand their first input on unchanged when a network is not being trained. */
const identities = new Set(['Identity', 'Dropout']);

/** Takes out Identity and Dropout, so that neurons sit directly at the operators they feed. */
export const removeIdentities = definePass({
  name: 'remove-identities',
  summary: 'Identity and Dropout nodes are taken out; their readers read the value itself.',
  rewrites: 'input',
  apply({ graph }) {
    let changes = 0;
    for (const each of graph.nodes) {
      const [input] = each.inputs;
      const passesOn = each.domain === '' && identities.has(each.opType) && input !== undefined;
      // An output of the graph keeps its name, and a mask that somebody reads keeps its node.
      if (!passesOn || each.outputs.some((name) => graph.isOutput(name))) continue;
      if (each.outputs.slice(1).some((name) => graph.consumersOf(name).length > 0)) continue;
      graph.redirectConsumers(each.outputs[0]!, input);
      graph.removeNode(each);
      changes++;
    }
    return changes;
  },
});
