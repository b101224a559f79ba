import type { Picture } from '../results/traces.ts';
import { type Html, html } from './html.ts';

const headerLength = 54;

/** A small picture in a page. @param label says what it is to those who cannot see it */
export function renderPicture(picture: Picture, label: string): Html {
  const { width, height } = picture;
  return html`<img class="traced" src="data:image/bmp;base64,${toBitmap(picture)}" width="${width}" height="${height}" alt="${label}">`;
}

/** A picture as a BMP file of 24 bits, in base64: every browser shows it, and it needs no compression. */
function toBitmap({ width, height, rgb }: Picture): string {
  const pixels = Uint8Array.from(atob(rgb), (letter) => letter.charCodeAt(0));
  // Rows are filled up to four bytes and stand from the lowest to the highest.
  const rowLength = 4 * Math.ceil((3 * width) / 4);
  const bytes = new Uint8Array(headerLength + rowLength * height);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x424d);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, headerLength, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x);
      const to = headerLength + (height - 1 - y) * rowLength + 3 * x;
      for (const channel of [0, 1, 2]) bytes[to + channel] = pixels[from + 2 - channel] ?? 0;
    }
  }
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
