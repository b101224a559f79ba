import { createHash } from 'node:crypto';
import { messageOf, RuntimeError } from '../errors.ts';
import type { Content } from './content.ts';
import type { RunOffer } from './run-offer.ts';

/** Who hands out content, and what one has to say there. */
export type ContentSource = Pick<RunOffer, 'addresses' | 'token' | 'from'>;

/** Milliseconds in which an answer has to begin, or to go on. */
const patience = 20_000;

/** Attempts that bring nothing, until a download is given up. */
const mostAttempts = 3;

/** Addresses that answered, by token: the others are not tried again. */
const reachable = new Map<string, string>();

/**
 * Fetches content from a command, going on where a connection broke off.
 *
 * @param take is given the bytes piece by piece; a promise holds the next ones back
 * @throws RuntimeError if the command cannot be reached, or what comes is something else; whatever `take` throws
 */
export async function fetchContent(
  content: Content,
  source: ContentSource,
  take: (piece: Uint8Array) => Promise<void> | void,
): Promise<void> {
  const hash = createHash('sha256');
  let done = 0;
  let failure: unknown;
  for (let idle = 0; idle < mostAttempts; idle++) {
    try {
      for await (const piece of piecesFrom(content, source, done)) {
        hash.update(piece);
        done += piece.byteLength;
        await take(piece);
        idle = 0;
      }
      if (done >= content.size) break;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      failure = error.cause;
    }
  }
  if (done < content.size) throw notReached(source, failure);
  if (hash.digest('hex') !== content.hash) throw changed(content, source);
}

/** The bytes of content, which fit into memory. */
export async function fetchBytes(content: Content, source: ContentSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(content.size);
  let done = 0;
  await fetchContent(content, source, (piece) => {
    bytes.set(piece, done);
    done += piece.byteLength;
  });
  return bytes;
}

/** A connection that did not come about, or broke off. */
class Unreachable extends Error {}

async function* piecesFrom(
  content: Content,
  source: ContentSource,
  from: number,
): AsyncGenerator<Uint8Array> {
  const silence = new Silence();
  try {
    const response = await request(content, source, from, silence);
    const reader = response.body?.getReader();
    for (;;) {
      silence.begin();
      const piece = await reader?.read().catch(unreachable);
      if (!piece || piece.done) return;
      yield piece.value;
    }
  } finally {
    silence.end();
  }
}

/** Ends a request to which nothing more comes. */
class Silence {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.end();
    this.#timer = setTimeout(() => this.#controller.abort(new Error('no answer')), patience);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function request(
  { hash }: Content,
  { addresses, token }: ContentSource,
  from: number,
  silence: Silence,
): Promise<Response> {
  const known = reachable.get(token);
  let failure: unknown;
  for (const address of known === undefined ? addresses : [known, ...addresses]) {
    silence.begin();
    try {
      const response = await fetch(`${address}/content/${hash}`, {
        headers: { authorization: `Bearer ${token}`, range: `bytes=${from}-` },
        signal: silence.signal,
      });
      if (response.ok) {
        reachable.set(token, address);
        return response;
      }
      // Another machine may have the number that this one calls the command by.
      failure = new Error(`status ${response.status} from ${address}`);
    } catch (error) {
      failure = error;
    }
  }
  return unreachable(failure);
}

function unreachable(cause: unknown): never {
  throw new Unreachable('', { cause });
}

function notReached({ from, addresses }: ContentSource, cause: unknown): RuntimeError {
  const reason =
    cause instanceof Error && cause.cause ? messageOf(cause.cause) : messageOf(cause ?? 'an end');
  return new RuntimeError(
    {
      where: `content of ${from}`,
      expected: `an answer from ${addresses.join(' or ')}`,
      got: reason,
      remedy:
        'Let workers reach the command there, give the command an address that they reach, or put the files where both find them under one path',
      means: ['serve'],
    },
    { cause },
  );
}

function changed({ path = 'what was sent', hash }: Content, { from }: ContentSource): RuntimeError {
  return new RuntimeError({
    where: `${path} of ${from}`,
    expected: `what it was when the command began (${hash.slice(0, 12)}…)`,
    got: 'something else',
    remedy: 'Leave files alone while they are evaluated, and give the command again',
  });
}
