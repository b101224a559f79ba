import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { domain, domainVersion, stepsName } from './domain.ts';
import { inputsOverTime } from './inputs-over-time.ts';
import { presentInputs } from './present-inputs.ts';
import { timeAxisFunctions } from './time-axis.ts';

/** Lowest version of the ONNX file format that knows functions. */
const functionsSince = 8;

/**
 * A source network that answers at every step of its inputs over time to what it sees there, all steps as one batch [T·N, …]: what the
 * spiking network is, step by step, where its neurons pass everything on. A network without such inputs stays as it is.
 */
export const overAllSteps = definePass({
  name: 'over-all-steps',
  summary: 'The network answers at every step of its inputs over time, all steps as one batch.',
  rewrites: 'copy',
  apply(source: Model): Model {
    const model = source.clone();
    const { graph } = model;
    const [input] = inputsOverTime(model).keys();
    if (input === undefined) return model;
    presentInputs(model, 0);
    const bounds = [1, 2].map((at) => graph.addInitializer(`${stepsName}.${at}`, Tensor.int64([1], [at])));
    const shape = graph.freshName(`${input}.shape`);
    graph.prepend(node('Shape', [input], [shape]), node('Slice', [shape, ...bounds], [stepsName]));
    graph.setOutputs(graph.outputs.map((info) => ({ ...info, shape: undefined })));
    model.irVersion = Math.max(model.irVersion, functionsSince);
    model.opsets.set(domain, domainVersion);
    model.functions.push(...timeAxisFunctions(model.opset));
    return model;
  },
});
