import { UsageError } from '../errors.ts';
import type { Network } from '../opening/open-network.ts';

/** @throws UsageError for a network that spikes already */
export function requireSource(network: Network): void {
  if (!network.spiking) return;
  throw new UsageError({
    where: network.path,
    expected: 'a network that does not spike yet',
    got: 'a spiking network',
    remedy: 'Give the source network',
  });
}
