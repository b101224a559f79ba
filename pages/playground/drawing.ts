import { glyphSide } from '../../src/data/glyphs/glyphs-render.ts';
import { greyImage, type RgbImage } from '../../src/images/rgb-image.ts';

/** Half of the width of the pen, in pixels of the picture. */
const penRadius = 1.1;

/** Greys of the ground and of full ink: the middle of what the network was trained on. */
const [ground, ink] = [35, 170];

/** Ink on a picture as the network sees it. */
export class Drawing {
  readonly #ink = new Float32Array(glyphSide * glyphSide);
  #picture: RgbImage | undefined;

  /** Draws a line between two points, in pixels of the picture. */
  line(fromX: number, fromY: number, toX: number, toY: number): void {
    this.#picture = undefined;
    const [dx, dy] = [toX - fromX, toY - fromY];
    const squared = dx * dx + dy * dy || 1;
    for (let i = 0; i < this.#ink.length; i++) {
      const [x, y] = [(i % glyphSide) + 0.5 - fromX, Math.floor(i / glyphSide) + 0.5 - fromY];
      const along = Math.min(Math.max((x * dx + y * dy) / squared, 0), 1);
      const distance = Math.hypot(x - along * dx, y - along * dy);
      const cover = Math.min(Math.max(penRadius + 0.5 - distance, 0), 1);
      this.#ink[i] = Math.max(this.#ink[i]!, cover);
    }
  }

  /** Shows a whole picture instead. */
  show(picture: RgbImage): void {
    this.#ink.fill(0);
    this.#picture = picture;
  }

  clear(): void {
    this.#ink.fill(0);
    this.#picture = undefined;
  }

  /** The picture, as the network is given it. */
  picture(): RgbImage {
    const grey = Uint8Array.from(this.#ink, (amount) => Math.round(ground + (ink - ground) * amount));
    return this.#picture ?? greyImage(glyphSide, glyphSide, grey);
  }
}
