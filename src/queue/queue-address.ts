import { UsageError } from '../errors.ts';

/** Where a Redis is, and who asks. */
export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly secure: boolean;
  /** The address without a password, for messages. */
  readonly shown: string;
}

/** Variables of the environment for what had better not stand in a command. */
const variables = { user: 'TRANSPIKE_QUEUE_USER', password: 'TRANSPIKE_QUEUE_PASSWORD' } as const;

/**
 * Reads `redis://[[user]:password@]host[:port][/database]`, or `rediss://…` for TLS. User and password may come from the environment
 * instead.
 *
 * @throws UsageError for anything else
 */
export function queueAddress(text: string, environment: NodeJS.ProcessEnv = process.env): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = Number(url?.pathname.slice(1) || '0');
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || !Number.isInteger(database)) {
    throw new UsageError({
      where: 'queue',
      expected: 'the address of a Redis, such as redis://host:6379',
      got: `'${withoutPassword(text)}'`,
      remedy: 'Give redis://host:port, or rediss://host:port for TLS',
      means: ['queue'],
    });
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || '6379'),
    database,
    user: decodeURIComponent(url.username) || environment[variables.user],
    password: decodeURIComponent(url.password) || environment[variables.password],
    secure: url.protocol === 'rediss:',
    shown: `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`,
  };
}

/** A text in which no password of an address can be read. */
export function withoutPassword(text: string): string {
  return text.replace(/(\brediss?:\/\/[^\s/@:]*):[^\s/@]*@/g, '$1:***@');
}

/** Whether a Redis is on this machine alone, where nothing has to listen to others. */
export function isOnThisMachine({ host }: QueueAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
