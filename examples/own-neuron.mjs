// Declares a neuron and shows how what it sends approaches a constant input.
//   node examples/own-neuron.mjs
import { neurons } from 'transpike';
import { z } from 'zod';

const ternary = neurons.defineNeuron({
  name: 'ternary',
  summary: 'Sends +θ, −θ or nothing, whichever brings what it has sent closest to its input.',
  equations: 's(t) = θ·clip(⌊(t·x̄(t) − Q(t−1))/θ + 1/2⌋, −1, 1), Q(t) = Q(t−1) + s(t); decoded: Q(t)/t',
  paper: 'none; an example',
  attributes: z.object({}),
  parameters: ['threshold'],
  state: ['emitted'],
  coding: 'rate',
  thresholds: { positive: 'threshold', negative: 'threshold', toParameters: (threshold) => ({ threshold }) },
  functionName: () => 'Ternary',
  levels: () => [1],
  // The step in float64, and the same in standard ONNX operators.
  step({ mean, t }, state, { threshold }) {
    const units = Math.floor((t * mean - state.emitted) / threshold + 0.5);
    const spike = Math.max(-1, Math.min(1, units)) * threshold;
    state.emitted += spike;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  levelOf: () => 0,
  lower(build, { mean, t, state, parameters }) {
    const potential = build.op('Sub', [build.op('Mul', [mean, t]), state.emitted]);
    const scaled = build.op('Div', [potential, parameters.threshold]);
    const units = build.op('Floor', [build.op('Add', [scaled, build.scalar('half', 0.5)])]);
    const clipped = build.op('Clip', [units, build.scalar('least', -1), build.scalar('most', 1)]);
    const spike = build.op('Mul', [clipped, parameters.threshold]);
    const emitted = build.op('Add', [state.emitted, spike]);
    return { state: { emitted }, spike, decoded: build.op('Div', [emitted, t]) };
  },
});

const parameters = { threshold: 1 };
for (const input of [0.3, -0.75]) {
  const state = { emitted: 0 };
  for (let t = 1; t <= 8; t++) {
    const spike = ternary.step({ mean: input, t }, state, parameters, {});
    console.log(`input ${input}, t = ${t}: spike ${spike}, decoded ${ternary.decode(state, t).toFixed(3)}`);
  }
}
