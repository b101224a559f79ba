import { expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { inspectNetwork } from '../../src/jobs/inspect-network.ts';
import { methods } from '../../src/methods/methods.ts';
import { networkKind } from '../../src/spiking/network-kind.ts';
import { cnnImages, residualCnn } from './residual-cnn.fixture.ts';

it.each(methods.map((method) => [method.name, method] as const))(
  'a network of %s shows the sites that it was given',
  async (_, method) => {
    const source = { name: 'cnn', path: 'cnn', origin: 'onnx', inputShape: [2, 8, 8], fingerprint: '' };
    const planned = await inspectNetwork(
      { ...source, ...networkKind(residualCnn(17)) },
      {
        method: method.name,
      },
    );
    const { model, record } = await convert(residualCnn(17), {
      method,
      steps: 2,
      calibration: () => [cnnImages(2, 3)],
    });
    const { sites } = await inspectNetwork({ ...source, ...networkKind(model) });
    expect(sites).toEqual(planned.sites.map((site, i) => ({ ...site, neuron: record.sites[i]!.neuron })));
    expect(sites.length).toBeGreaterThan(0);
  },
);
