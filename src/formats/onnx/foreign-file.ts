/** A file that is taken for an ONNX model now and then. */
interface ForeignFile {
  readonly got: string;
  readonly remedy: string;
}

const folder = 'Give the folder that it lies in, with config.json and model.safetensors, or an .onnx file';
const saved = 'Export the network as ONNX, or save its weights as .safetensors beside its config.json';
const model = 'Give an .onnx file, or a folder with model.safetensors and config.json';

/** What a file is instead, by its first bytes, and whether they are there. */
const kinds: readonly (ForeignFile & { is(bytes: Uint8Array, text: string): boolean })[] = [
  { got: 'a safetensors file', remedy: folder, is: isSafetensors },
  { got: 'JSON', remedy: folder, is: (_, text) => /^\s*[{[]/.test(text) },
  {
    got: 'a zip archive, as torch.save writes',
    remedy: saved,
    is: (_, text) => text.startsWith('PK\x03\x04'),
  },
  {
    got: 'a pickle',
    remedy: saved,
    is: ([first, protocol = 0]) => first === 0x80 && protocol >= 2 && protocol <= 5,
  },
  { got: 'an HDF5 file', remedy: saved, is: (_, text) => text.startsWith('\x89HDF') },
  { got: 'an .npy file', remedy: model, is: (_, text) => text.startsWith('\x93NUMPY') },
  {
    got: 'a pointer of Git LFS instead of the file',
    remedy: 'Fetch the file with git lfs pull',
    is: (_, text) => text.startsWith('version https://git-lfs'),
  },
];

/** What the bytes are instead of an ONNX model; undefined where nobody knows. */
export function foreignFile(bytes: Uint8Array): ForeignFile | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 64));
  const kind = kinds.find(({ is }) => is(bytes, text));
  return kind && { got: kind.got, remedy: kind.remedy };
}

/** The length of a header of JSON in 64 bits, and that. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 9) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length < 2n ** 27n && bytes[8] === 0x7b;
}
