import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { inPlainCharacters, wantsPlainCharacters, writePlainCharacters } from './plain-characters.ts';

describe('plain characters', () => {
  it('are wanted where the locale is C or POSIX, by the variable that counts', () => {
    expect(wantsPlainCharacters({ LANG: 'C' })).toBe(true);
    expect(wantsPlainCharacters({ LC_ALL: 'POSIX', LANG: 'de_DE.UTF-8' })).toBe(true);
    expect(wantsPlainCharacters({ LC_ALL: '', LC_CTYPE: 'C' })).toBe(true);
    expect(wantsPlainCharacters({ LC_ALL: 'C.UTF-8', LANG: 'C' })).toBe(false);
    expect(wantsPlainCharacters({})).toBe(false);
  });

  it('stand for ours, and leave names alone', () => {
    expect(inPlainCharacters('T = 1…4 │ 75.8–100.0 ─── 3×5 ECMT’s ✓ é.snn.onnx')).toBe(
      "T = 1...4 | 75.8-100.0 --- 3x5 ECMT's ok: é.snn.onnx",
    );
  });

  it('are written by a stream, bytes as they are', () => {
    const stream = new PassThrough();
    writePlainCharacters(stream);
    stream.write('a – b');
    stream.write(Buffer.from('–'));
    expect(stream.read().toString()).toBe('a - b–');
  });
});
