import type { RgbImage } from '../../src/images/rgb-image.ts';
import type { Answer, DeviceEnergy, NetworkFacts, Settings } from './answer.ts';
import type { ConvertChoice } from './workbench.ts';

/** What a page may ask of the thread that runs networks, with what it is given and what it answers. */
export interface Requests {
  openBundled: { given: Uint8Array; answer: NetworkFacts };
  openOwn: {
    given: { bytes: Uint8Array; name: string; pictures: readonly RgbImage[]; choice: ConvertChoice };
    answer: NetworkFacts;
  };
  convert: { given: ConvertChoice; answer: NetworkFacts };
  prepare: { given: Settings; answer: undefined };
  run: { given: RgbImage; answer: Answer };
  energy: { given: undefined; answer: DeviceEnergy[] };
}

/** A request on its way. */
export interface Question<K extends keyof Requests = keyof Requests> {
  readonly id: number;
  readonly kind: K;
  readonly given: Requests[K]['given'];
}

/** What comes back: an answer, an error, or word of how far a request has come. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly stage: string; readonly done: number; readonly total: number };
