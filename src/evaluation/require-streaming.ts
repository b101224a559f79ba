import { requireStream, type StreamAverages } from '../engines/require-stream.ts';
import { UsageError } from '../errors.ts';
import type { DenseNetwork, SpikingNetwork } from '../spiking/network-kind.ts';

/** What an evaluation is told that matters to a stream. */
export interface StreamingOptions {
  readonly stream?: StreamAverages | undefined;
  readonly exitConfidence?: number | undefined;
  readonly workers?: number | undefined;
}

const where = 'evaluation of a stream';

/**
 * @throws UsageError if something is asked for that the evaluation of a stream has not; ConversionError that lists the sites whose
 * neurons cannot go on from one sample to the next
 */
export function requireStreaming(
  network: DenseNetwork | SpikingNetwork,
  { stream, exitConfidence, workers = 0 }: StreamingOptions,
): void {
  if (stream === undefined) return;
  if (!network.spiking) {
    throw new UsageError({
      where,
      expected: 'a spiking network, whose neurons have a state',
      got: 'one that does not spike',
      remedy: 'Convert it first',
      means: ['stream'],
    });
  }
  if (stream === 'continued') {
    throw new UsageError({
      where,
      expected: 'averages that restart with each sample, which is what the source network answers to',
      got: 'averages that go on over all samples',
      remedy: 'Let them restart, or run the stream and measure what it gives',
      means: ['stream'],
    });
  }
  if (exitConfidence !== undefined) {
    throw new UsageError({
      where,
      expected: 'no early exit, behind which the next sample would go on from another state',
      got: `confidence ${exitConfidence}`,
      remedy: 'Leave it out',
      means: ['exitConfidence'],
    });
  }
  if (workers > 1) {
    throw new UsageError({
      where,
      expected: 'one worker, since each sample goes on from the one before',
      got: `${workers}`,
      remedy: 'Give one worker more threads instead',
      means: ['workers'],
    });
  }
  requireStream(network.sites, stream);
}
