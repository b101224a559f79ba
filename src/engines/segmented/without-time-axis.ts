import { definePass } from '../../graph/define-pass.ts';
import type { Model } from '../../graph/model.ts';
import { domain } from '../../spiking/domain.ts';
import { foldFewBitWeights } from '../../spiking/few-bit-weights.ts';
import { foldCorrections } from '../../spiking/fold-corrections.ts';
import { inputsOverTime } from '../../spiking/inputs-over-time.ts';
import { closeTimeAxis, openTimeAxis, presentsOverTime } from '../../spiking/time-axis.ts';

/** The network of one time-step, neurons included. */
export interface StepNetwork {
  /** The planned model without the operators that open and close the time axis. Its outputs are the values wanted. */
  readonly model: Model;
  /** Inputs that are another one at every step, of one step each. */
  readonly overTime: ReadonlySet<string>;
  /** For each wanted output of the plan the value that holds one step of it. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Takes the time axis out of a planned model: what is left computes one step from one batch [N, …], and the engine
 * runs it step by step. Corrections become part of biases, weights in few bits constants. Counting operators that nothing wanted depends on go as well.
 *
 * @param wanted names of outputs to keep
 */
export const withoutTimeAxis = definePass({
  name: 'without-time-axis',
  summary: 'The time axis is taken out: what is left computes one step.',
  rewrites: 'copy',
  apply(planned: Model, wanted: readonly string[]): StepNetwork {
    const model = planned.clone();
    const { graph } = model;
    const same = new Map<string, string>();
    const resolve = (name: string): string => {
      const other = same.get(name);
      return other === undefined ? name : resolve(other);
    };
    for (const each of graph.nodes.filter(isTimeAxis)) {
      const [input, output] = [each.inputs[0]!, each.outputs[0]!];
      same.set(output, input);
      graph.redirectConsumers(output, input);
      graph.removeNode(each);
    }
    const overTime = new Set(inputsOverTime(model).keys());
    graph.setInputs(
      graph.inputs.map((info) =>
        overTime.has(info.name) ? { ...info, shape: info.shape?.toSpliced(1, 1) } : info,
      ),
    );
    const values = new Map(wanted.map((name) => [name, resolve(name)]));
    graph.setOutputs(
      [...new Set(values.values())].map((name) => ({
        name,
        dataType: undefined,
        shape: undefined,
      })),
    );
    graph.removeDeadNodes();
    foldCorrections(model);
    foldFewBitWeights(model);
    return { model, values, overTime };
  },
});

function isTimeAxis(of: { readonly domain: string; readonly opType: string }): boolean {
  const isBorder = of.opType === openTimeAxis || of.opType === closeTimeAxis;
  return of.domain === domain && (isBorder || presentsOverTime(of));
}
