import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { RgbImage } from '../../src/images/rgb-image.ts';
import type { Answer, DeviceEnergy, NetworkFacts, Settings } from '../network/answer.ts';
import { NetworkClient } from '../network/network-client.ts';
import type { ConvertChoice } from '../network/workbench.ts';
import type { NamedPicture } from '../parts/read-pictures.ts';

/** What the page shows of the network, and what it can ask of it. */
export interface Bench {
  readonly facts: NetworkFacts | undefined;
  readonly answer: Answer | undefined;
  readonly energy: readonly DeviceEnergy[] | undefined;
  readonly settings: Settings;
  readonly choice: ConvertChoice;
  /** What is going on, while something long is. */
  readonly stage: string | undefined;
  readonly error: string | undefined;
  show(picture: RgbImage): void;
  setSettings(settings: Settings): void;
  convert(choice: ConvertChoice): void;
  openBundled(): void;
  openOwn(network: File, pictures: readonly NamedPicture[]): void;
}

const firstSettings: Settings = { steps: 4, scale: 1, deadZone: undefined };
const firstChoice: ConvertChoice = { method: 'ecmt', preset: 'tuned', steps: 4 };

/** The bundled network is fetched while all else still loads. */
const bundled = fetch('glyphs-vit.snn.onnx').then(async (response) => {
  if (!response.ok) throw new Error(`glyphs-vit.snn.onnx: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
});
bundled.catch(() => undefined);

/** Runs networks in a thread of their own. Of pictures and settings that come faster than answers, the latest counts. */
export function useBench(): Bench {
  const client = useRef<NetworkClient>(undefined);
  const [facts, setFacts] = useState<NetworkFacts>();
  const [answer, setAnswer] = useState<Answer>();
  const [energy, setEnergy] = useState<readonly DeviceEnergy[]>();
  const [settings, setSettingsState] = useState(firstSettings);
  const [choice, setChoice] = useState(firstChoice);
  const [stage, setStage] = useState<string>();
  const [error, setError] = useState<string>();
  const wanted = useRef<{ picture?: RgbImage; settings?: Settings }>({});
  const latest = useRef<{ picture?: RgbImage; settings: Settings }>({ settings: firstSettings });
  const working = useRef(false);
  /** Until a network is open, pictures wait: they may be drawn before it is fetched. */
  const open = useRef(false);

  const work = useCallback(async () => {
    if (working.current || !open.current || !client.current) return;
    working.current = true;
    try {
      while (wanted.current.settings || wanted.current.picture) {
        const { picture = latest.current.picture, settings: changed } = wanted.current;
        wanted.current = {};
        if (changed) await client.current.ask('prepare', changed);
        if (!picture) continue;
        setAnswer(await client.current.ask('run', picture));
        // What was drawn meanwhile goes first: energy takes as long as an answer.
        if (wanted.current.settings || wanted.current.picture) continue;
        setEnergy(await client.current.ask('energy', undefined));
      }
      setError(undefined);
    } catch (failure) {
      wanted.current = {};
      setError(messageOf(failure));
    } finally {
      working.current = false;
    }
  }, []);

  const put = useCallback(
    async (name: string, load: (client: NetworkClient) => Promise<NetworkFacts>) => {
      if (!client.current) return;
      setStage(name);
      setError(undefined);
      try {
        setFacts(await load(client.current));
        open.current = true;
        wanted.current = { ...wanted.current, settings: latest.current.settings };
      } catch (failure) {
        setError(messageOf(failure));
      } finally {
        setStage(undefined);
      }
      await work();
    },
    [work],
  );

  const openBundled = useCallback(() => {
    setChoice(firstChoice);
    void put('loading the network', async (each) => each.ask('openBundled', await bundled));
  }, [put]);

  useEffect(() => {
    const worker = new Worker(new URL('../network/network-worker.ts', import.meta.url), { type: 'module' });
    client.current = new NetworkClient(worker);
    client.current.onProgress = (name, done, total) =>
      setStage(total > 0 ? `${name} ${done} of ${total}` : name);
    openBundled();
    return () => worker.terminate();
  }, [openBundled]);

  return {
    facts,
    answer,
    energy,
    settings,
    choice,
    stage,
    error,
    openBundled,
    show(picture) {
      latest.current = { ...latest.current, picture };
      wanted.current = { ...wanted.current, picture };
      void work();
    },
    setSettings(next) {
      setSettingsState(next);
      latest.current = { ...latest.current, settings: next };
      wanted.current = { ...wanted.current, settings: next };
      void work();
    },
    convert(next) {
      setChoice(next);
      void put('converting', (each) => each.ask('convert', next));
    },
    openOwn(network, pictures) {
      latest.current = { ...latest.current, picture: pictures[0]!.picture };
      setAnswer(undefined);
      void put('reading', async (each) => {
        const bytes = new Uint8Array(await network.arrayBuffer());
        return each.ask('openOwn', {
          bytes,
          name: network.name,
          pictures: pictures.map(({ picture }) => picture),
          choice,
        });
      });
    },
  };
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
