import { defineFigure, figureOf, renderTable } from '../figure.ts';
import { bytes, percent, short } from '../format.ts';
import { html } from '../html.ts';

/** The metrics of NeuroBench, a table. */
export const neurobenchMetrics = defineFigure({
  id: 'neurobench',
  async draw({ result: { neurobench } }) {
    const last = neurobench?.steps.at(-1);
    if (!neurobench || !last) return undefined;
    const { footprint, connectionSparsity, steps } = neurobench;
    const head = ['', 'activation sparsity', 'dense operations', 'effective MACs', 'effective ACs'];
    const rows = steps.map((step, i) => {
      const from = (key: keyof typeof step, text: string) =>
        figureOf(`result.json#/neurobench/steps/${i}/${key}`, step[key], text);
      return [
        `T = ${i + 1}`,
        from('activationSparsity', percent(step.activationSparsity)),
        from('dense', short(step.dense)),
        from('effectiveMacs', short(step.effectiveMacs)),
        from('effectiveAcs', short(step.effectiveAcs)),
      ];
    });
    return {
      title: `By NeuroBench’s metrics ${percent(last.activationSparsity, 0)} of the neurons stay silent, and the network takes ${bytes(footprint)}`,
      caption: html`Footprint ${figureOf('result.json#/neurobench/footprint', footprint, bytes(footprint))}: constants, and the state of the neurons for an image. Connection sparsity ${figureOf('result.json#/neurobench/connectionSparsity', connectionSparsity, percent(connectionSparsity, 2))}: weights that are zero. Synaptic operations of an image in T steps: dense ones count zeros, effective ones do not; those with spikes of one size are accumulations (ACs), all others multiply (MACs), graded spikes among them.`,
      data: ['result.json: neurobench'],
      body: html`<div class="scroll">${renderTable({ head, rows }, 'Metrics of NeuroBench')}</div>`,
    };
  },
});
