import type { ContentCache } from './content-cache.ts';
import type { PlacesOfFiles } from './opened-work.ts';
import type { RunOffer } from './run-offer.ts';

/** What all jobs of a run need, on this machine. */
export interface RunContent {
  readonly start: string;
  readonly files: PlacesOfFiles;
}

/** Brings what runs need to this machine, once for all processes of a worker. */
export class ContentOfRuns {
  readonly #cache: ContentCache;
  readonly #runs = new Map<string, Promise<RunContent>>();

  constructor(cache: ContentCache) {
    this.#cache = cache;
  }

  /** @throws RuntimeError if it cannot be brought; then it is tried again the next time */
  of(offer: RunOffer): Promise<RunContent> {
    const { hash } = offer.start;
    const known = this.#runs.get(hash);
    if (known) return known;
    const bringing = this.#bring(offer);
    this.#runs.set(hash, bringing);
    bringing.catch(() => this.#runs.delete(hash));
    return bringing;
  }

  async #bring(offer: RunOffer): Promise<RunContent> {
    const files: Record<string, string> = {};
    for (const file of offer.files) files[file.path ?? ''] = await this.#cache.pathOf(file, offer);
    return { start: await this.#cache.pathOf(offer.start, offer), files };
  }
}
