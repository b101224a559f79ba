import { expect, test } from 'vitest';
import { isOnThisMachine, queueAddress, withoutPassword } from './queue-address.ts';

test('an address has all parts, and is shown without a password', () => {
  expect(queueAddress('rediss://ada:se%40cret@head:7000/2', {})).toEqual({
    host: 'head',
    port: 7000,
    database: 2,
    user: 'ada',
    password: 'se@cret',
    secure: true,
    shown: 'rediss://head:7000/2',
  });
});

test('user and password may come from the environment', () => {
  const environment = { TRANSPIKE_QUEUE_USER: 'ada', TRANSPIKE_QUEUE_PASSWORD: 'secret' };
  const { host, port, user, password } = queueAddress('redis://[::1]', environment);
  expect([host, port, user, password]).toEqual(['::1', 6379, 'ada', 'secret']);
});

test.each(['localhost', 'head:6379', 'http://head', 'redis://head/first', 'redis://'])(
  '%s is no address of a Redis',
  (text) => {
    expect(() => queueAddress(text, {})).toThrow(
      `queue: expected the address of a Redis, such as redis://host:6379, got '${text}'. Give redis://host:port, or rediss://host:port for TLS.`,
    );
  },
);

test('no password can be read in a command, nor in a refusal', () => {
  expect(withoutPassword('--queue=redis://ada:secret@head --x')).toBe('--queue=redis://ada:***@head --x');
  expect(() => queueAddress('redis://:secret@head/x', {})).toThrow("got 'redis://:***@head/x'");
});

test('a Redis of this machine alone is known by its address', () => {
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', 'head'];
  expect(hosts.map((host) => isOnThisMachine(queueAddress(`redis://${host}`, {})))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
