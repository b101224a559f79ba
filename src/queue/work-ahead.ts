/**
 * Works on items of a source, several at a time.
 *
 * @param most items that are to be under way; asked again whenever one is done
 * @throws the first error of `work` or the source, once what is under way has ended
 */
export async function workAhead<Item>(
  source: AsyncIterator<Item>,
  most: () => number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let underWay = 0;
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => undefined;
  const oneEnded = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const begin = (item: Item) => {
    underWay++;
    work(item)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        underWay--;
        wake();
      });
  };
  while (!failure) {
    if (underWay > 0 && underWay >= most()) {
      await oneEnded();
      continue;
    }
    const next = await source.next().catch((error: unknown) => {
      failure ??= { error };
      return { done: true, value: undefined } as const;
    });
    if (next.done) break;
    begin(next.value);
  }
  while (underWay > 0) await oneEnded();
  if (failure) throw failure.error;
}
