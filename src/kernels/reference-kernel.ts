import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { type OnStep, runNeuron } from '../dynamics/run-neuron.ts';
import type { WasmMemory } from '../web-assembly.ts';
import { KeptState } from './kept-state.ts';
import type { AnyNeuronKernel, NeuronRun } from './neuron-kernel.ts';

/** The plain kernel of any neuron: its reference step in float64, one neuron after the other. Slow; right. */
export function referenceKernel(neuron: AnyNeuron): AnyNeuronKernel {
  return {
    neuron: neuron.name,
    keptVariables: neuron.state.length,
    run: ({ memory }, run, attributes) => runReference(neuron, memory, run, attributes),
  };
}

function runReference(neuron: AnyNeuron, memory: WasmMemory, run: NeuronRun, attributes: unknown): void {
  const numbers = new Float32Array(memory.buffer);
  const counters = new Int32Array(memory.buffer, run.counters, 4 * run.steps);
  const [means, decoded, spikes] = [run.means / 4, run.decoded / 4, run.spikes / 4];
  const counts = run.counts / 4;
  const [meansStride, stride] = [run.meansStride / 4, run.stride / 4];
  const own = new Float64Array(run.steps);
  for (let i = 0; i < run.count; i++) {
    for (let step = 0; step < run.steps; step++) own[step] = numbers[means + step * meansStride + i]!;
    const onStep: OnStep = (step, spike, value, count) => {
      if (decoded) numbers[decoded + step * stride + i] = value;
      if (spikes) numbers[spikes + step * stride + i] = spike;
      if (counts) numbers[counts + step * stride + i] = count;
      counters[4 * step]! += count;
    };
    const kept = run.state === 0 ? undefined : new KeptState(neuron.state, numbers, run.state / 4, i);
    const from = kept && { state: kept.read(), elapsed: run.elapsed };
    const last = runNeuron(neuron, attributes, run.parameters, own, onStep, from);
    kept?.write(last);
  }
}
