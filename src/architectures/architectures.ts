import { Catalogue } from '../catalogue.ts';
import type { Architecture } from '../checkpoints/define-architecture.ts';
import { beitHuggingFace } from './beit-hugging-face.ts';
import { bertHuggingFace } from './bert-hugging-face.ts';
import { caitTimm } from './cait-timm.ts';
import { clipHuggingFace } from './clip-hugging-face.ts';
import { convnet } from './convnet.ts';
import { convnextHuggingFace } from './convnext-hugging-face.ts';
import { convnextTimm } from './convnext-timm.ts';
import { dinov2HuggingFace } from './dinov2-hugging-face.ts';
import { distilbertHuggingFace } from './distilbert-hugging-face.ts';
import { efficientnetTimm } from './efficientnet-timm.ts';
import { evaTimm } from './eva-timm.ts';
import { eventHybrid } from './event-hybrid.ts';
import { gpt2HuggingFace } from './gpt2-hugging-face.ts';
import { levitTimm } from './levit-timm.ts';
import { llamaHuggingFace } from './llama-hugging-face.ts';
import { maxvitTimm } from './maxvit-timm.ts';
import { mixerTimm } from './mixer-timm.ts';
import { mlp } from './mlp.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { modernbertHuggingFace } from './modernbert-hugging-face.ts';
import { regnetTimm } from './regnet-timm.ts';
import { resnetCifar } from './resnet-cifar.ts';
import { resnetHuggingFace } from './resnet-hugging-face.ts';
import { resnetTimm } from './resnet-timm.ts';
import { sLista } from './s-lista.ts';
import { siglipHuggingFace } from './siglip-hugging-face.ts';
import { swinHuggingFace } from './swin-hugging-face.ts';
import { swinTimm } from './swin-timm.ts';
import { vgg } from './vgg.ts';
import { vitHuggingFace } from './vit-hugging-face.ts';
import { vitTimm } from './vit-timm.ts';

/** Architectures by name; those of extensions are tried first. */
export const architectureCatalogue = new Catalogue<Architecture>(
  'architecture',
  [
    caitTimm,
    mixerTimm,
    swinTimm,
    convnextTimm,
    evaTimm,
    vitTimm,
    resnetTimm,
    regnetTimm,
    efficientnetTimm,
    maxvitTimm,
    levitTimm,
    swinHuggingFace,
    convnextHuggingFace,
    beitHuggingFace,
    dinov2HuggingFace,
    clipHuggingFace,
    siglipHuggingFace,
    vitHuggingFace,
    resnetHuggingFace,
    resnetCifar,
    vgg,
    mobilenetV2,
    mlp,
    eventHybrid,
    sLista,
    convnet,
    bertHuggingFace,
    distilbertHuggingFace,
    modernbertHuggingFace,
    gpt2HuggingFace,
    llamaHuggingFace,
  ],
  'first',
);

/** Every architecture that can be built from a checkpoint, in the order in which they are tried. */
export const architectures = architectureCatalogue.members;
