import { binarySpikes } from './binary-spikes.ts';
import type { Exporter } from './define-exporter.ts';

/** All exporters. */
export const exporters: readonly Exporter[] = [binarySpikes];
