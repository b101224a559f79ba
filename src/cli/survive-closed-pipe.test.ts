import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { surviveClosedPipe } from './survive-closed-pipe.ts';

function failingWith(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
}

test('goes on when the reader of the output has gone', async () => {
  const output = failingWith('EPIPE');
  surviveClosedPipe(output);
  // Without a listener for the error, the process would end here.
  const closed = new Promise((resolve) => output.once('close', resolve));
  output.write('the rest');
  await closed;
  expect(output.errored?.message).toBe('EPIPE');
});

test('does not hide other failures of the output', () => {
  const output = failingWith('ENOSPC');
  surviveClosedPipe(output);
  const error = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  expect(() => output.emit('error', error)).toThrow('no space');
});
