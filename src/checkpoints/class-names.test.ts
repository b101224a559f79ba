import { describe, expect, it } from 'vitest';
import { classNamesIn } from './class-names.ts';

describe('classNamesIn', () => {
  it('reads the labels of Transformers in the order of their numbers', () => {
    expect(classNamesIn({ id2label: { 1: 'dog', 0: 'cat' } }, 2)).toEqual(['cat', 'dog']);
  });

  it('reads the labels of timm with their descriptions', () => {
    const config = { label_names: ['n01', 'n02'], label_descriptions: { n01: 'cat' } };
    expect(classNamesIn(config, 2)).toEqual(['cat', 'n02']);
  });

  it.each([
    { id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } },
    { id2label: { 0: 'cat' } },
    { label_names: ['cat'] },
    {},
    null,
  ])('gives nothing for %j', (config) => {
    expect(classNamesIn(config, 2)).toBeUndefined();
  });
});
