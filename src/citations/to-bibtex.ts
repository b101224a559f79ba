import type { Reference } from './reference.ts';

/** A BibTeX entry. */
export function toBibtex(reference: Reference): string {
  const { authors, title, venue, year, arxiv, doi } = reference;
  const { type, place } = kindOf(venue);
  const fields: [string, string | undefined][] = [
    ['author', escaped(authors.join(' and '))],
    // Double braces keep capitals as they are.
    ['title', `{${escaped(title)}}`],
    [place, venue && escaped(venue)],
    ['year', year],
    ['doi', doi],
    ['eprint', arxiv],
    ['archiveprefix', arxiv && 'arXiv'],
  ];
  const lines = fields.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name} = {${value}}`]));
  return `@${type}{${keyOf(reference)},\n${lines.join(',\n')}\n}`;
}

/** `bu2022optimized`: first author, year and first word of the title, in plain letters. */
export function keyOf({ authors, title, year }: Reference): string {
  const plain = (text = '') =>
    text
      .normalize('NFD')
      .replace(/[^A-Za-z0-9]/g, '')
      .toLowerCase();
  return `${plain(authors[0])}${year}${plain(title.split(/[\s:-]/)[0])}`;
}

function kindOf(venue: string | undefined): { readonly type: string; readonly place: string } {
  if (venue === undefined) return { type: 'misc', place: 'howpublished' };
  if (/Press/.test(venue)) return { type: 'book', place: 'publisher' };
  return /^(Frontiers|Nature|IEEE T)/.test(venue)
    ? { type: 'article', place: 'journal' }
    : { type: 'inproceedings', place: 'booktitle' };
}

function escaped(text: string): string {
  return text.replace(/[&%$#_]/g, (sign) => `\\${sign}`);
}
