/**
 * The first Ctrl-C asks the work to stop where it can be continued, the second one ends the process.
 *
 * @param after what is finished before the work stops, for the message
 */
export function stopOnInterrupt(after: string): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const onInterrupt = () => {
    console.error(`\nstopping after ${after}; press Ctrl-C again to stop at once`);
    controller.abort();
  };
  process.once('SIGINT', onInterrupt);
  return { signal: controller.signal, end: () => process.off('SIGINT', onInterrupt) };
}
