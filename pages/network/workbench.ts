import { convert } from '../../src/conversion/convert.ts';
import { keepClasses, keptClasses } from '../../src/data/kept-classes.ts';
import type { FloatTensor } from '../../src/graph/float-tensor.ts';
import type { Model } from '../../src/graph/model.ts';
import { keepPreprocess, keptPreprocess } from '../../src/images/kept-preprocess.ts';
import { imageNetPreprocess } from '../../src/images/parse-preprocess-config.ts';
import { type PreprocessConfig, preprocessImage } from '../../src/images/preprocess.ts';
import type { RgbImage } from '../../src/images/rgb-image.ts';
import { methodNamed } from '../../src/methods/methods.ts';
import { networkKind } from '../../src/spiking/network-kind.ts';
import { toSourceForm } from '../../src/spiking/spiking-form.ts';
import { openModel } from '../../src/web/open-model.ts';
import type { Answer, DeviceEnergy, NetworkFacts, Settings } from './answer.ts';
import { glyph } from './glyph.ts';
import { inputShapeOf } from './input-shape.ts';
import { WatchedNetwork } from './watched-network.ts';

/** What to convert with. */
export interface ConvertChoice {
  readonly method: string;
  readonly preset: string;
  readonly steps: number;
}

/** Pictures that thresholds of the bundled network are chosen on, the first of glyphs:train. */
const calibrationGlyphs = 64;

/** One network on the bench: its source, and the spiking network that was made of it last. */
export class Workbench {
  #name = '';
  #source: Model | undefined;
  #watched: WatchedNetwork | undefined;
  /** Own pictures that thresholds are chosen on; none for the bundled network, which has glyphs. */
  #pictures: readonly RgbImage[] | undefined;
  readonly #onProgress: (stage: string, done: number, total: number) => void;

  /** @param onProgress told what is going on while a network is converted */
  constructor(onProgress: (stage: string, done: number, total: number) => void) {
    this.#onProgress = onProgress;
  }

  /** Puts the bundled spiking network on the bench. */
  async openBundled(bytes: Uint8Array): Promise<NetworkFacts> {
    const model = openModel(bytes, 'glyphs-vit');
    return this.#put(model, 'glyphs-vit', undefined);
  }

  /**
   * Puts a network from an ONNX file on the bench; one that does not spike yet is converted.
   *
   * @param pictures that thresholds are chosen on
   */
  async openOwn(
    bytes: Uint8Array,
    name: string,
    pictures: readonly RgbImage[],
    choice: ConvertChoice,
  ): Promise<NetworkFacts> {
    this.#onProgress('reading', 0, 0);
    const model = openModel(bytes, name);
    const [, height, width] = inputShapeOf(model);
    if (!keptPreprocess(model)) keepPreprocess(model, assumedPreprocess(model, height, width));
    if (networkKind(model).spiking) return this.#put(model, name, pictures);
    const spiking = await this.#convert(model, pictures, choice);
    return this.#put(spiking, name, pictures, model);
  }

  /** Converts the source network on the bench anew. */
  async convert(choice: ConvertChoice): Promise<NetworkFacts> {
    const source = this.#source!;
    return this.#put(await this.#convert(source, this.#pictures, choice), this.#name, this.#pictures, source);
  }

  async prepare(settings: Settings): Promise<void> {
    await this.#watched!.prepare(settings);
  }

  /** Shows a picture to the networks on the bench. */
  async run(picture: RgbImage): Promise<Answer> {
    return this.#watched!.run(prepared(this.#source!, [picture]));
  }

  /** Estimates the energy of the last run. */
  async energy(): Promise<DeviceEnergy[]> {
    return this.#watched!.energy();
  }

  async #put(
    spiking: Model,
    name: string,
    pictures: readonly RgbImage[] | undefined,
    source?: Model,
  ): Promise<NetworkFacts> {
    const watched = await WatchedNetwork.open(spiking, name);
    await this.#watched?.close();
    this.#watched = watched;
    this.#source = source ?? sourceOf(spiking);
    this.#name = name;
    this.#pictures = pictures;
    return watched.facts;
  }

  async #convert(
    source: Model,
    pictures: readonly RgbImage[] | undefined,
    choice: ConvertChoice,
  ): Promise<Model> {
    const images = pictures ?? Array.from({ length: calibrationGlyphs }, (_, i) => glyph(i, 'train').picture);
    const { model } = await convert(source, {
      method: methodNamed(choice.method),
      preset: choice.preset,
      steps: choice.steps,
      calibration: () => images.map((image) => prepared(source, [image])),
      onProgress: (stage, done) => this.#onProgress(stage, done, images.length),
    });
    return withFactsOf(source, model);
  }
}

function sourceOf(spiking: Model): Model {
  return withFactsOf(spiking, toSourceForm(spiking));
}

function withFactsOf(from: Model, to: Model): Model {
  const [preprocess, classes] = [keptPreprocess(from), keptClasses(from)];
  if (preprocess) keepPreprocess(to, preprocess);
  if (classes) keepClasses(to, classes);
  return to;
}

/** What is usual for ImageNet; grey networks get pixels from 0 to 1. */
function assumedPreprocess(model: Model, height: number, width: number) {
  const usual = imageNetPreprocess([height, width]);
  if (inputShapeOf(model)[0] === 3) return usual;
  const unit: PreprocessConfig = {
    resize: [height, width],
    interpolation: 'bicubic',
    cropHeight: height,
    cropWidth: width,
    channels: 1,
    mean: [0],
    std: [1],
    scale: 1 / 255,
  };
  return { ...unit, assumed: true };
}

function prepared(source: Model, pictures: readonly RgbImage[]): FloatTensor {
  const config = keptPreprocess(source)!;
  const rows = pictures.map((picture) => preprocessImage(picture, config));
  const data = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    data.set(row, at);
    at += row.length;
  }
  return { shape: [rows.length, config.channels, config.cropHeight, config.cropWidth], data };
}
