import type { RgbImage } from '../../src/images/rgb-image.ts';

/** A picture that was chosen, with its name. */
export interface NamedPicture {
  readonly name: string;
  readonly picture: RgbImage;
}

/** Decodes picture files in the page. @throws Error that names what is no picture */
export async function readPictures(files: readonly File[]): Promise<NamedPicture[]> {
  const pictures: NamedPicture[] = [];
  for (const file of files) pictures.push({ name: file.name, picture: await readPicture(file) });
  return pictures;
}

async function readPicture(file: File): Promise<RgbImage> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' }).catch(() => {
    throw new Error(`${file.name}: expected a picture that this browser can show, such as PNG or JPEG.`);
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, data: rgb };
}
