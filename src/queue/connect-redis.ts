import { isIP } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import { messageOf, RuntimeError, type TranspikeError, UsageError } from '../errors.ts';
import type { QueueAddress } from './queue-address.ts';

/** Milliseconds for a connection to come about. */
const patience = 10_000;

/** Milliseconds between two attempts to come back, at most. */
const slowest = 2000;

/** The first version with all that BullMQ asks for. */
const oldest = [6, 2] as const;

/** What there is to say of a Redis that works but is not set up for this. */
export type RedisWarnings = readonly string[];

/** Makes connections to one Redis, which come back by themselves. */
export type Connect = () => Redis;

/**
 * Tries a Redis once, and says what is wrong with it.
 *
 * @throws RuntimeError if nothing answers there; UsageError if it refuses the password or is too old
 */
export async function connectRedis(
  address: QueueAddress,
): Promise<{ readonly connect: Connect; readonly warnings: RedisWarnings }> {
  const warnings = await examine(address);
  const connect = () => {
    const redis = new Redis({
      ...optionsOf(address),
      // Commands wait for a Redis that is away.
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 10), slowest),
    });
    // Told by whoever uses it; without a listener Node would end the process.
    redis.on('error', () => undefined);
    return redis;
  };
  return { connect, warnings };
}

function optionsOf({ host, port, database, user, password, secure }: QueueAddress): RedisOptions {
  return {
    host,
    port,
    db: database,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    // A certificate is asked for by a name alone; numbers are compared all the same.
    ...(secure && { tls: isIP(host) ? {} : { servername: host } }),
    connectTimeout: patience,
  };
}

async function examine(address: QueueAddress): Promise<RedisWarnings> {
  const redis = new Redis({
    ...optionsOf(address),
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    commandTimeout: patience,
  });
  let last: unknown;
  redis.on('error', (error) => {
    last = error;
  });
  try {
    await redis.connect();
    const facts = factsIn(await redis.info());
    requireVersion(address, facts.get('redis_version') ?? '0');
    return warningsOf(facts);
  } catch (error) {
    throw error instanceof UsageError ? error : explained(address, last ?? error);
  } finally {
    redis.disconnect();
  }
}

function factsIn(info: string): ReadonlyMap<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function requireVersion({ shown }: QueueAddress, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor, neededMinor] = oldest;
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new UsageError({
    where: shown,
    expected: `Redis ${oldest.join('.')} or newer`,
    got: `Redis ${version}`,
    remedy: 'Install a newer one',
    means: ['queue'],
  });
}

function warningsOf(facts: ReadonlyMap<string, string>): RedisWarnings {
  const warnings: string[] = [];
  if (facts.get('aof_enabled') === '0') {
    warnings.push(
      'this Redis keeps nothing that outlasts it: after its restart the jobs under way are done again. Let it keep a log (appendonly yes)',
    );
  }
  const policy = facts.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction' && facts.get('maxmemory') !== '0') {
    warnings.push(
      `this Redis may throw jobs away when its memory is full (maxmemory-policy ${policy}), which are then done again. Let it refuse new ones instead (maxmemory-policy noeviction)`,
    );
  }
  return warnings;
}

function explained({ shown, user, password, secure }: QueueAddress, cause: unknown): TranspikeError {
  const got = messageOf(cause);
  const options = { cause };
  if (/WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(got)) {
    const named = user === undefined ? '' : ` for the user '${user}'`;
    return new UsageError(
      {
        where: shown,
        expected: `a password that it takes${named}`,
        got: password === undefined ? 'none' : 'another one',
        remedy:
          'Give it as redis://user:password@host, or in the variable TRANSPIKE_QUEUE_PASSWORD (TRANSPIKE_QUEUE_USER for the user), which no list of processes shows',
        means: ['queue'],
      },
      options,
    );
  }
  const remedy = secure
    ? 'Check that it speaks TLS there, and that its certificate is known (NODE_EXTRA_CA_CERTS=ca.pem for one of your own)'
    : 'Start one (redis-server), or check the address; one that speaks TLS has an address that begins with rediss://';
  return new RuntimeError(
    { where: shown, expected: 'a Redis that answers', got, remedy, means: ['queue'] },
    options,
  );
}
