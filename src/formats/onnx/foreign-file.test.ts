import { describe, expect, it } from 'vitest';
import { parseOnnx } from './parse-onnx.ts';

const text = (written: string) => Uint8Array.from(written, (letter) => letter.charCodeAt(0));

describe('a file that is no ONNX model', () => {
  const folder = 'Give the folder that it lies in, with config.json and model.safetensors, or an .onnx file.';
  const saved = 'Export the network as ONNX, or save its weights as .safetensors beside its config.json.';
  it.each([
    ['{ "architectures": [] }', `JSON. ${folder}`],
    ['\x02\0\0\0\0\0\0\0{}', `a safetensors file. ${folder}`],
    ['PK\x03\x04\x14', `a zip archive, as torch.save writes. ${saved}`],
    ['\x80\x02}q\0.', `a pickle. ${saved}`],
    ['\x89HDF\r\n\x1a\n', `an HDF5 file. ${saved}`],
    [
      '\x93NUMPY\x01\0',
      'an .npy file. Give an .onnx file, or a folder with model.safetensors and config.json.',
    ],
    [
      'version https://git-lfs.github.com/spec/v1\n',
      'a pointer of Git LFS instead of the file. Fetch the file with git lfs pull.',
    ],
  ])('%j is named as what it is', (written, answer) => {
    expect(() => parseOnnx(text(written), 'm.onnx')).toThrow(`m.onnx: expected an ONNX model, got ${answer}`);
  });
});
