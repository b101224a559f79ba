import * as ort from 'onnxruntime-web/wasm';
import '../../src/web/install-modules.ts';
import { installRuntime } from '../../src/sessions/runtime.ts';
import { webRuntime } from '../../src/web/web-runtime.ts';
import type { Question, Reply, Requests } from './requests.ts';
import { Workbench } from './workbench.ts';

const worker = self as unknown as Pick<Worker, 'postMessage' | 'onmessage'>;

// Beside the page, in ort/: the script of this thread lies in assets/.
ort.env.wasm.wasmPaths = new URL(/* @vite-ignore */ '../ort/', import.meta.url).href;
installRuntime(webRuntime(ort));

const bench = new Workbench((stage, done, total) => post({ stage, done, total }));

const handlers: { [K in keyof Requests]: (given: Requests[K]['given']) => Promise<Requests[K]['answer']> } = {
  openBundled: (bytes) => bench.openBundled(bytes),
  openOwn: ({ bytes, name, pictures, choice }) => bench.openOwn(bytes, name, pictures, choice),
  convert: (choice) => bench.convert(choice),
  prepare: async (settings) => {
    await bench.prepare(settings);
    return undefined;
  },
  run: (picture) => bench.run(picture),
  energy: () => bench.energy(),
};

// Requests take their turn: networks share one runtime.
let turn: Promise<void> = Promise.resolve();
worker.onmessage = ({ data }: MessageEvent<Question>) => {
  turn = turn.then(() => reply(data));
};

async function reply({ id, kind, given }: Question): Promise<void> {
  try {
    const handle = handlers[kind] as (given: unknown) => Promise<unknown>;
    post({ id, answer: await handle(given) });
  } catch (error) {
    post({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

function post(message: Reply): void {
  worker.postMessage(message);
}
