import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where models come from and where they are kept, as the tools of the hub have it from the environment. */
export interface HubSettings {
  /** Without a slash at the end. */
  readonly url: string;
  readonly cache: string;
  /** None for what everybody may read. */
  readonly token: string | undefined;
  /** Whether only what is in the cache may be used. */
  readonly offline: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the usual places: `HF_ENDPOINT`; `HF_HUB_CACHE` or `HF_HOME` for the cache; `HF_TOKEN`, `HF_TOKEN_PATH` or the file `token` in
 * `HF_HOME` for the token; `HF_HUB_OFFLINE`.
 */
export async function hubSettings(environment: Environment = process.env): Promise<HubSettings> {
  const { HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HUB_OFFLINE, XDG_CACHE_HOME } =
    environment;
  const home =
    HF_HOME || join(XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache'), 'huggingface');
  return {
    url: (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    cache: HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub'),
    token: await tokenIn(environment, home),
    offline: /^(1|true|yes|on)$/i.test(HF_HUB_OFFLINE ?? ''),
  };
}

async function tokenIn(
  { HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_TOKEN_PATH }: Environment,
  home: string,
): Promise<string | undefined> {
  const told = (HF_TOKEN || HUGGING_FACE_HUB_TOKEN || '').trim();
  if (told) return told;
  const kept = await readFile(HF_TOKEN_PATH || join(home, 'token'), 'utf8').catch(() => '');
  return kept.trim() || undefined;
}
