import { describe, expect, it } from 'vitest';
import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { neurons } from '../neurons/neurons.ts';
import { neuronChecks } from './neuron-checks.ts';

describe.each(neurons.map((neuron) => [neuron.name, neuron] as const))('neuron %s', (_, neuron) => {
  it.each(neuronChecks(neuron).map((check) => [check.name, check] as const))('%s', async (_name, { run }) => {
    await run();
  });
});

describe('a neuron with a fault', () => {
  const sound = integrateAndFire as AnyNeuron;
  const faulty = (fault: Partial<AnyNeuron>): AnyNeuron => ({
    ...sound,
    name: 'faulty',
    functionName: () => 'Faulty',
    ...fault,
  });

  const failuresOf = async (neuron: AnyNeuron): Promise<string[]> => {
    const failures: string[] = [];
    for (const { name, run } of neuronChecks(neuron)) await run().catch(() => failures.push(name));
    return failures;
  };

  it('is sound but for the fault', async () => {
    expect(await failuresOf(faulty({}))).toEqual([]);
    expect(neurons.some(({ name }) => name === 'faulty')).toBe(false);
  });

  it('is told when its step is not what its operators do', async () => {
    const step: AnyNeuron['step'] = (input, state, parameters, attributes) =>
      sound.step({ ...input, mean: 1.01 * input.mean }, state, parameters, attributes);
    expect(await failuresOf(faulty({ step }))).toEqual([
      'faulty does in standard operators what its step does, in float64',
      ...[11, 13, 17, 21].map((opset) => `faulty runs in ONNX Runtime at opset ${opset} like its step`),
    ]);
  });

  it('is told when it codes, names or counts otherwise than it says', async () => {
    expect(await failuresOf(faulty({ coding: 'differential' }))).toContain(
      'faulty codes values by its spikes as it says',
    );
    expect(await failuresOf(faulty({ levels: () => [2, 1] }))).toContain('faulty has ascending levels');
    expect(await failuresOf(faulty({ summary: '' }))).toContain('faulty says what it is');
  });

  it('says what was expected', async () => {
    const [check] = neuronChecks(faulty({ name: 'Not Kebab' }));
    await expect(check!.run()).rejects.toThrow("expected a name in kebab case, got 'Not Kebab'");
  });
});
