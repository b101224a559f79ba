import { Catalogue } from '../catalogue.ts';
import { binarySpikes } from './binary-spikes.ts';
import type { Exporter } from './define-exporter.ts';
import { c } from './integer/c.ts';
import { manifest } from './manifest/manifest.ts';
import { nir } from './nir/nir.ts';
import { qdq } from './qdq/qdq.ts';
import { unrolled } from './unrolled/unrolled.ts';

/** Exporters by name. */
export const exporterCatalogue = new Catalogue<Exporter>('exporter', [
  binarySpikes,
  unrolled,
  qdq,
  nir,
  manifest,
  c,
]);

/** All exporters. */
export const exporters = exporterCatalogue.members;
