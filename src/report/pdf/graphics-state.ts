import { decimal } from './path-operators.ts';

/** What a page holds so far. */
export interface PageContent {
  readonly operators: string[];
  /** Opacities of filling and stroking, by the name of their state. */
  readonly opacities: Map<string, readonly [fill: number, stroke: number]>;
}

/** Properties of an element: its own, and those that it has from the ones around it. */
export type Style = Readonly<Record<string, string>>;

/** Sets colours, opacities and lines. */
export function setColours(style: Style, page: PageContent): void {
  const [fill, stroke] = [colourOf(style.fill ?? 'black', style), colourOf(style.stroke ?? 'none', style)];
  const opacity = Number(style.opacity ?? 1);
  const alphas = [fill, stroke].map((colour, i) => {
    const own = Number(style[i === 0 ? 'fill-opacity' : 'stroke-opacity'] ?? 1);
    return Number((opacity * own * (colour?.[3] ?? 1)).toFixed(3));
  });
  const [a = 1, b = 1] = alphas;
  const state = `G${Math.round(1000 * a)}x${Math.round(1000 * b)}`;
  page.opacities.set(state, [a, b]);
  page.operators.push(`/${state} gs`);
  if (fill) page.operators.push(`${channels(fill)} rg`);
  if (!stroke) return;
  const dashes = (style['stroke-dasharray'] ?? 'none').split(/[\s,]+/).map(Number);
  page.operators.push(
    `${channels(stroke)} RG`,
    `${decimal(Number(style['stroke-width'] ?? 1))} w`,
    `[${dashes.some(Number.isNaN) ? '' : dashes.map(decimal).join(' ')}] 0 d`,
    `${style['stroke-linecap'] === 'round' ? 1 : 0} J`,
    `${style['stroke-linejoin'] === 'round' ? 1 : 0} j`,
  );
}

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** `undefined` where nothing is painted. */
export function colourOf(text: string, style: Style): Colour | undefined {
  const value = text === 'currentColor' ? (style.color ?? '#000000') : text;
  const [, hex] = /^#([0-9a-f]{6})$/i.exec(value) ?? [];
  if (hex !== undefined) {
    const channel = (i: number) => Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return [channel(0), channel(2), channel(4), 1];
  }
  const [, listed] = /^rgba?\(([^)]*)\)$/.exec(value) ?? [];
  if (listed !== undefined) {
    const [red = 0, green = 0, blue = 0, alpha = 1] = listed.split(',').map(Number);
    return [red / 255, green / 255, blue / 255, alpha];
  }
  return value === 'black' ? [0, 0, 0, 1] : value === 'white' ? [1, 1, 1, 1] : undefined;
}

function channels(colour: Colour): string {
  return colour.slice(0, 3).map(decimal).join(' ');
}
