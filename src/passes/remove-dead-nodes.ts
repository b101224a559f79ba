import { definePass } from '../graph/define-pass.ts';

/** Takes out nodes and weights that no output of the graph depends on. */
export const removeDeadNodes = definePass({
  name: 'remove-dead-nodes',
  summary: 'Nodes and weights that no output depends on are taken out.',
  rewrites: 'input',
  apply: ({ graph }) => graph.removeDeadNodes(),
});
