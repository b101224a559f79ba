import { FormatError, messageOf, RuntimeError, type TranspikeError } from '../errors.ts';
import { rootCause } from '../shortage.ts';
import type { HubAddress } from './hub-address.ts';
import type { HubSettings } from './hub-settings.ts';

/** The hub could not be asked at all. */
export class HubUnreachable extends RuntimeError {
  override readonly name: string = 'HubUnreachable';
}

/** Asks the hub, and tells what it refuses in words that say what to do. */
export class HubConnection {
  readonly #address: HubAddress;
  readonly #settings: HubSettings;
  #failure: TranspikeError | undefined;

  constructor(address: HubAddress, settings: HubSettings) {
    this.#address = address;
    this.#settings = settings;
  }

  /** What every request of the client library is made with. */
  get parameters() {
    return { hubUrl: this.#settings.url, fetch: this.#fetch };
  }

  /** Does something with the client library. @throws what the connection itself has to say of a failure */
  async ask<R>(work: () => Promise<R>): Promise<R> {
    this.#failure = undefined;
    try {
      return await work();
    } catch (error) {
      // The library passes some failures on as text alone.
      throw this.#failure ?? error;
    }
  }

  readonly #fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, this.#identified(input, init)).catch((error: unknown) =>
      this.#fail(this.#unreachable(error)),
    );
    if (response.ok) return response;
    await response.body?.cancel();
    return this.#fail(this.#refusal(response));
  };

  /** The token goes to the hub alone, and not to where its files may lie. */
  #identified(input: Parameters<typeof fetch>[0], init: RequestInit = {}): RequestInit {
    const { url, token } = this.#settings;
    const asked = new URL(input instanceof Request ? input.url : input);
    if (token === undefined || asked.origin !== new URL(url).origin) return init;
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    return { ...init, headers };
  }

  #fail(error: TranspikeError): never {
    this.#failure = error;
    throw error;
  }

  #unreachable(error: unknown): HubUnreachable {
    return new HubUnreachable(
      {
        where: this.#address.text,
        expected: `an answer of ${this.#settings.url}`,
        got: messageOf(rootCause(error)),
        remedy: 'Connect to the network, or give a folder that the model was downloaded to',
      },
      { cause: error },
    );
  }

  #refusal({ status, headers }: Response): TranspikeError {
    const { text: where, repository, revision } = this.#address;
    const { url, token } = this.#settings;
    const page = `${url}/${repository}`;
    const code = headers.get('x-error-code') ?? '';
    const tokens = 'set HF_TOKEN, or write it to the file that `hf auth login` makes';
    if (code === 'GatedRepo') {
      const remedy =
        token === undefined
          ? `Accept its terms on ${page}, then give a token of that account: ${tokens}`
          : `Accept its terms on ${page} with the account of your token, and wait where its owners decide`;
      return new FormatError({
        where,
        expected: 'a model that you may read',
        got: `a gated one (${status})`,
        remedy,
      });
    }
    if (code === 'RevisionNotFound') {
      return new FormatError({
        where,
        expected: `a branch, a tag or a commit '${revision}'`,
        got: 'none of that name',
        remedy: `Choose one of those on ${page}/tree/main, or leave it out for main`,
      });
    }
    if (status === 401 && token !== undefined && code !== 'RepoNotFound') {
      return new FormatError({
        where,
        expected: 'a token that the hub knows',
        got: `one that it rejects (${status})`,
        remedy: `Renew it on ${url}/settings/tokens and ${tokens}, or take it away for public models`,
      });
    }
    if (status === 401 || status === 404) {
      return new FormatError({
        where,
        expected: 'a model of this name',
        got: `none that you may see (${status})`,
        remedy:
          token === undefined
            ? `Check the name; for a private model give a token: ${tokens}`
            : 'Check the name, and whether the account of your token may read it',
      });
    }
    if (status === 403) {
      return new FormatError({
        where,
        expected: 'a token that may read it',
        got: `one that may not (${status})`,
        remedy: `Give it the right to read this repository on ${url}/settings/tokens`,
      });
    }
    return new RuntimeError({
      where,
      expected: `an answer of ${url}`,
      got: status === 429 ? 'too many requests of yours (429)' : `a failure of its own (${status})`,
      remedy:
        status === 429 ? 'Wait some minutes, or give a token, which is allowed more' : 'Try again later',
    });
  }
}
