import { resampleBytes } from '../images/resample-bytes.ts';
import { kernelsBytes } from '../kernels/kernels-bytes.ts';
import { installModules } from '../web-assembly.ts';

const modules = { kernels: kernelsBytes, resample: resampleBytes };

installModules((name) => fromBase64(modules[name]));

function fromBase64(text: string): Uint8Array {
  const { atob } = globalThis as unknown as { atob: (text: string) => string };
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
