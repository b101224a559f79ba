import { describe, expect, it } from 'vitest';
import { methods } from '../methods/methods.ts';
import { neurons } from '../neurons/neurons.ts';
import { papersOf } from './papers-of.ts';
import { referencesIn } from './reference.ts';
import { keyOf, toBibtex } from './to-bibtex.ts';

describe('a line of references', () => {
  it('is taken apart into publications', () => {
    const line =
      "O'Connor, Welling: Sigma-Delta Quantized Networks, ICLR 2017, arXiv:1611.02024; earlier for spiking neurons: Yoon et al.: LIF: and SRM, 1999, doi:10.1109/T.2 (linear kernel)";
    expect(referencesIn(line)).toEqual([
      {
        authors: ["O'Connor", 'Welling'],
        title: 'Sigma-Delta Quantized Networks',
        venue: 'ICLR',
        year: '2017',
        arxiv: '1611.02024',
      },
      { authors: ['Yoon', 'others'], title: 'LIF: and SRM', year: '1999', doi: '10.1109/T.2' },
    ]);
  });

  it('is in every method and neuron, and every part of it is understood', () => {
    for (const { name, paper } of [...methods, ...neurons]) {
      expect([name, referencesIn(paper).length]).toEqual([name, paper.split('; ').length]);
    }
  });
});

describe('BibTeX', () => {
  it('has what is known, in the type that fits', () => {
    const [paper] = papersOf(['opi']);
    expect(paper && toBibtex(paper)).toBe(`@inproceedings{bu2022optimized,
  author = {Bu and Ding and Yu and Huang},
  title = {{Optimized Potential Initialization for Low-latency Spiking Neural Networks}},
  booktitle = {AAAI},
  year = {2022},
  eprint = {2202.01440},
  archiveprefix = {arXiv}
}`);
  });

  it('has every publication once, under a key of its own', () => {
    const keys = papersOf([...methods, ...neurons].map(({ name }) => name)).map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[a-z]+(19|20)\d\d[a-z0-9]+$/);
    expect(papersOf(['ecmt', 'multi-threshold'])).toHaveLength(1);
  });

  it('names what there is where a name is unknown', () => {
    expect(() => papersOf(['best'])).toThrow(
      /^'best': expected a spiking model, a method \(ecmt, .*\) or a neuron \(.*multi-threshold.*\), got neither\. Check the name or the path\.$/,
    );
  });
});
