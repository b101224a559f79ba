import { describe, expect, it } from 'vitest';
import { usableCores } from './usable-cores.ts';

/** A system whose processors belong to cores as told, of which the process may use those of a list. */
function systemOf(allowed: string, siblings: readonly string[]) {
  return (path: string): string => {
    if (path === '/proc/self/status') return `Name:\tnode\nCpus_allowed_list:\t${allowed}\n`;
    const [, cpu] = /cpu(\d+)\/topology/.exec(path) ?? [];
    const found = siblings[Number(cpu)];
    if (found === undefined) throw new Error(`no file ${path}`);
    return `${found}\n`;
  };
}

const hyperThreaded = ['0,4', '1,5', '2,6', '3,7', '0,4', '1,5', '2,6', '3,7'];

describe('usableCores', () => {
  it('counts two threads of one core once', () => {
    expect(usableCores(8, systemOf('0-7', hyperThreaded))).toBe(4);
    expect(usableCores(4, systemOf('0-3', ['0', '1', '2', '3']))).toBe(4);
  });

  it('counts only what the process may use', () => {
    expect(usableCores(3, systemOf('0,4-5', hyperThreaded))).toBe(2);
    expect(usableCores(2, systemOf('0-7', hyperThreaded))).toBe(2);
  });

  it('counts every processor where the system does not tell', () => {
    expect(usableCores(6, systemOf('0-7', []))).toBe(6);
    expect(usableCores(6, () => '')).toBe(6);
  });
});
