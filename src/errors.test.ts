import { describe, expect, it } from 'vitest';
import {
  ConversionError,
  contentOf,
  DataError,
  FormatError,
  GraphError,
  listProblems,
  messageOf,
  OutOfMemoryError,
  RuntimeError,
  TranspikeError,
  UsageError,
} from './errors.ts';

const parts = {
  where: "fold-batch-norm: node 'bn1'",
  expected: 'a Conv input',
  got: 'Add',
  remedy: 'Run canonicalise first',
};

describe('an error', () => {
  it('keeps its four parts beside the message that is made of them', () => {
    const error = new GraphError(parts);
    expect(error).toMatchObject(parts);
    expect(error.message).toBe(
      "fold-batch-norm: node 'bn1': expected a Conv input, got Add. Run canonicalise first.",
    );
    expect(error.problems).toEqual([]);
  });

  it('keeps several problems line by line', () => {
    const error = new FormatError(listProblems('net.onnx: cannot be read:', ['no input', 'no output']));
    expect(error.problems).toEqual(['no input', 'no output']);
    expect(error.where).toBe('net.onnx: cannot be read:');
    expect(error.message).toBe('net.onnx: cannot be read:\n  - no input\n  - no output');
  });

  it('says what kind it is by class, name and kind', () => {
    const kinds = [
      [FormatError, 'format'],
      [GraphError, 'graph'],
      [ConversionError, 'conversion'],
      [DataError, 'data'],
      [RuntimeError, 'runtime'],
      [OutOfMemoryError, 'out-of-memory'],
      [UsageError, 'usage'],
    ] as const;
    for (const [Class, kind] of kinds) {
      const error = new Class(parts);
      expect(error).toBeInstanceOf(TranspikeError);
      expect([error.kind, error.name]).toEqual([kind, Class.name]);
    }
    expect(new OutOfMemoryError(parts)).toBeInstanceOf(RuntimeError);
  });

  it.each([
    ['ENOENT', 'no such file or folder'],
    ['EISDIR', 'a folder'],
    ['EIO', "EIO: i/o error, read '/x'"],
  ])('says what the system means by %s', (code, text) => {
    const error = Object.assign(new Error(`${code}: i/o error, read '/x'`), { code, syscall: 'read' });
    expect(messageOf(error)).toBe(text);
  });

  it('keeps its cause', () => {
    const cause = new Error('disk full');
    expect(new DataError(parts, { cause }).cause).toBe(cause);
  });
});

describe('what an error has to say', () => {
  it('goes to another thread and is thrown there as the same', () => {
    const errors = [
      new UsageError({ ...parts, means: ['calibration'] }),
      new UsageError(listProblems('two things:', ['one', 'another'])),
      new UsageError('only a text'),
    ];
    for (const error of errors) {
      const again = new UsageError(structuredClone(contentOf(error)));
      expect({ ...again }).toEqual({ ...error });
      expect(again.message).toBe(error.message);
    }
  });

  it('is the message of anything else that is thrown', () => {
    expect([contentOf(new TypeError('no function')), contentOf('a word')]).toEqual(['no function', 'a word']);
  });
});
