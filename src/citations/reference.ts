/** A publication, as far as a line of text tells it. */
export interface Reference {
  /** Surnames in order; `others` at the end where not all are told. */
  readonly authors: readonly string[];
  readonly title: string;
  /** Journal, conference, or publisher; absent for a preprint. */
  readonly venue?: string | undefined;
  readonly year: string;
  /** Number on arXiv. */
  readonly arxiv?: string | undefined;
  readonly doi?: string | undefined;
}

/**
 * The publications in a line such as `Bu, Ding: A title, AAAI 2022, arXiv:2202.01440; Li et al.: Another one, 2020`. What is no
 * publication in this form is left out.
 */
export function referencesIn(line: string): Reference[] {
  return line.split('; ').flatMap((part) => referenceIn(part) ?? []);
}

function referenceIn(part: string): Reference | undefined {
  // A remark before the names, as in `earlier for spiking neurons: Yoon: …`.
  const text = part.replace(/^[a-z][^:]*: /, '');
  const found = /^([^:]+): (.+), ((?:[^,]*\s)?)((?:19|20)\d\d)\b/.exec(text);
  if (!found) return undefined;
  const [, names = '', title = '', venue = '', year = ''] = found;
  return {
    authors: names.split(', ').flatMap((name) => {
      const [, first] = /^(.*) et al\.$/.exec(name) ?? [];
      return first === undefined ? [name] : [first, 'others'];
    }),
    title,
    ...(venue !== '' && { venue: venue.trim() }),
    year,
    arxiv: /arXiv:([\d.]+\d)/.exec(text)?.[1],
    doi: /doi:([^\s;,()]+)/.exec(text)?.[1],
  };
}
