import { describe, expect, it } from 'vitest';
import { deviceCatalogue, devices } from '../energy/devices/devices.ts';
import { registerExtension, usedExtensions } from './register-extension.ts';

const from = (name: string) => ({ path: `/lab/${name}.js`, hash: 'a1' });
const device = (name: string) => ({ ...devices[0], name });
const thrown = (extension: unknown, name = 'lab') => {
  try {
    registerExtension(extension, from(name));
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('registerExtension', () => {
  it('adds members, and says where they come from', () => {
    const extension = { name: 'chips', version: '2.0.0', devices: [device('chip-a')] };
    registerExtension(extension, from('chips'));
    expect(devices.at(-1)!.name).toBe('chip-a');
    expect(deviceCatalogue.originOf('chip-a')).toEqual({ name: 'chips', version: '2.0.0', hash: 'a1' });
    expect(usedExtensions().map(({ name }) => name)).toContain('chips');
    // The same again changes nothing.
    registerExtension(extension, from('chips'));
    expect(devices.filter(({ name }) => name === 'chip-a')).toHaveLength(1);
    expect(thrown({ ...extension, version: '2.1.0' }, 'newer')).toBe(
      "extension 'chips' (/lab/newer.js): cannot be used.\n  - extension 'chips' is in use already, version 2.0.0 from /lab/chips.js",
    );
  });

  it('adds nothing where something is wrong, and says everything that is', () => {
    const before = devices.map(({ name }) => name);
    const extension = {
      name: 'faulty',
      version: '1.0.0',
      devices: [device('chip-b'), device('loihi'), device('chip-b'), { name: 'chip-c' }],
      neurons: [{ name: 'burst' }, 7],
      kernels: [{ neuron: 'burst-2', run: () => undefined }],
    };
    const lines = thrown(extension).split('\n');
    expect(lines[0]).toBe("extension 'faulty' (/lab/lab.js): cannot be used.");
    expect(lines).toContain("  - device 'loihi': the name belongs to Transpike");
    expect(lines).toContain("  - device 'chip-b': stands twice in the extension");
    expect(lines).toContain("  - device 'chip-c': 'figures': expected an object, got nothing");
    expect(lines).toContain("  - neuron 'burst': 'step': expected a function, got nothing");
    expect(lines).toContain("  - neuron '2': expected an object, got number");
    expect(lines).toContain("  - kernel 1: expected the name of a neuron of this extension, got 'burst-2'");
    expect(devices.map(({ name }) => name)).toEqual(before);
  });

  it('refuses what is no extension', () => {
    expect(thrown(undefined)).toBe(
      '/lab/lab.js: not an extension. Export what defineExtension returns as default.\n  - default export: expected an object, got undefined',
    );
    expect(thrown({ name: 'odd', version: '1', device: [], devices: {}, exporters: [{ name: 'x' }] })).toBe(
      [
        '/lab/lab.js: not an extension.',
        "  - 'device': expected one of name, version, kernels, neurons, methods, architectures, datasets, devices, exporters, networks, got an unknown name",
        "  - 'devices': expected a list",
        "  - exporter 'x': 'summary': expected a text, got nothing",
        "  - exporter 'x': 'extension': expected a text, got nothing",
        "  - exporter 'x': 'make': expected a function, got nothing",
      ].join('\n'),
    );
  });

  it('tells of a name that another extension took', () => {
    registerExtension({ name: 'first', version: '1.0.0', devices: [device('shared-chip')] }, from('first'));
    expect(thrown({ name: 'second', version: '1.0.0', devices: [device('shared-chip')] })).toContain(
      "  - device 'shared-chip': the name belongs to extension 'first'",
    );
  });
});
