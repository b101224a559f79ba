import type { JobListener } from './notice.ts';

/** Tells of each image that is left out once, however often the data are read. */
export function tellLeftOut({ onNotice }: JobListener): (id: string, reason: string) => void {
  const told = new Set<string>();
  return (id, reason) => {
    if (told.has(id)) return;
    told.add(id);
    onNotice?.({ kind: 'left-out', message: `left out '${id}': ${reason}` });
  };
}
