import { useEffect, useState } from 'preact/hooks';
import type { RunRow } from '../../src/studio/run-rows.ts';
import type { CommandState } from '../../src/studio/started-commands.ts';

/** All that the table of runs shows. */
export interface Listing {
  /** Folder of the runs. */
  readonly root: string;
  readonly runs: readonly RunRow[];
  readonly commands: readonly CommandState[];
}

/** The runs and commands, kept up to date by the server; undefined until they are there. */
export function useListing(): { readonly listing: Listing | undefined; readonly lost: boolean } {
  const [listing, setListing] = useState<Listing>();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    const events = new EventSource('/api/events');
    events.addEventListener('runs', ({ data }: MessageEvent<string>) => {
      setLost(false);
      setListing(JSON.parse(data) as Listing);
    });
    // The browser tries again by itself.
    events.onerror = () => setLost(true);
    return () => events.close();
  }, []);
  return { listing, lost };
}

/** What the server answers to a request. @throws Error with what it says where it refuses */
export async function ask<A>(path: string, given?: unknown): Promise<A> {
  const response = await fetch(path, {
    ...(given !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(given),
    }),
  });
  const answer = (await response.json().catch(() => ({}))) as { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `${response.status} ${response.statusText}`);
  return answer as A;
}
