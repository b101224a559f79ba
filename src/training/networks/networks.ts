import { Catalogue } from '../../catalogue.ts';
import { alexnetNetwork } from './alexnet.ts';
import { convnetNetwork } from './convnet.ts';
import type { AnyNetworkKind } from './define-network.ts';
import { eventHybridNetwork } from './event-hybrid.ts';
import { mlpNetwork } from './mlp.ts';
import { resnetNetwork } from './resnet.ts';
import { sListaNetwork } from './s-lista.ts';
import { vggNetwork } from './vgg.ts';
import { vitNetwork } from './vit.ts';

/** Kinds of networks of Transpike, by name. */
export const networks = {
  vit: vitNetwork,
  resnet: resnetNetwork,
  mlp: mlpNetwork,
  convnet: convnetNetwork,
  vgg: vggNetwork,
  alexnet: alexnetNetwork,
  's-lista': sListaNetwork,
  'event-hybrid': eventHybridNetwork,
} as const satisfies Record<string, AnyNetworkKind>;

/** All kinds of networks that a recipe can ask for, by name. */
export const networkCatalogue = new Catalogue<AnyNetworkKind>('network', Object.values(networks));
