import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Bytes in several parts. */
export type Chunks = readonly Uint8Array[];

/** A field of a protobuf message that is bytes or a message itself: its number, its length, and its bytes, which are not copied. */
export function messageField(number: number, content: Chunks): Chunks {
  const head = new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(sizeOfAll(content));
  return [head.finish(), ...content];
}

/** All parts one behind the other. */
export function joinChunks(chunks: Chunks): Uint8Array {
  const joined = new Uint8Array(sizeOfAll(chunks));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

function sizeOfAll(chunks: Chunks): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}
