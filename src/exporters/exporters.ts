import { Catalogue } from '../catalogue.ts';
import { binarySpikes } from './binary-spikes.ts';
import type { Exporter } from './define-exporter.ts';

/** Exporters by name. */
export const exporterCatalogue = new Catalogue<Exporter>('exporter', [binarySpikes]);

/** All exporters. */
export const exporters = exporterCatalogue.members;
