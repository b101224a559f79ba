import type { Architecture } from '../checkpoints/define-architecture.ts';
import { beitHuggingFace } from './beit-hugging-face.ts';
import { caitTimm } from './cait-timm.ts';
import { clipHuggingFace } from './clip-hugging-face.ts';
import { dinov2HuggingFace } from './dinov2-hugging-face.ts';
import { evaTimm } from './eva-timm.ts';
import { mixerTimm } from './mixer-timm.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { resnetCifar } from './resnet-cifar.ts';
import { siglipHuggingFace } from './siglip-hugging-face.ts';
import { vgg } from './vgg.ts';
import { vitHuggingFace } from './vit-hugging-face.ts';
import { vitTimm } from './vit-timm.ts';

/** Every architecture Transpike can build from a checkpoint, in the order in which they are tried. */
export const architectures: readonly Architecture[] = [
  caitTimm,
  mixerTimm,
  evaTimm,
  vitTimm,
  beitHuggingFace,
  dinov2HuggingFace,
  clipHuggingFace,
  siglipHuggingFace,
  vitHuggingFace,
  resnetCifar,
  vgg,
  mobilenetV2,
];
