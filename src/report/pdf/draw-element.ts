import type { PageElement } from '../page-element.ts';
import { drawText } from './draw-text.ts';
import { colourOf, type PageContent, type Style, setColours } from './graphics-state.ts';
import { decimal, pathOperators } from './path-operators.ts';

const inherited = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'font-size',
  'font-weight',
  'text-anchor',
  'color',
];

/** Draws an element of SVG and all in it. What tells only those who cannot see it is left out. */
export function drawElement(element: PageElement, around: Style, page: PageContent): void {
  const name = element.tagName.toLowerCase();
  if (name === 'title' || name === 'style') return;
  const own = inherited.flatMap((key) => {
    const value = element.getAttribute(key);
    return value === null ? [] : [[key, value] as const];
  });
  // Opacity is no inherited property: what is in a group is drawn with the product of all around it.
  const opacity = Number(around.opacity ?? 1) * Number(element.getAttribute('opacity') ?? 1);
  const style: Style = { ...around, ...Object.fromEntries(own), opacity: String(opacity) };
  page.operators.push('q', ...transformOf(element.getAttribute('transform')));
  if (name === 'text') drawText(element, style, page);
  else {
    const shape = shapeOf(name, element);
    if (shape.length > 0) paint(shape, style, page);
    for (const child of element.children) drawElement(child, style, page);
  }
  page.operators.push('Q');
}

function shapeOf(name: string, element: PageElement): string[] {
  const number = (key: string) => Number(element.getAttribute(key) ?? 0);
  switch (name) {
    case 'path':
      return pathOperators(element.getAttribute('d') ?? '');
    case 'line':
      return pathOperators(`M${number('x1')},${number('y1')}L${number('x2')},${number('y2')}`);
    case 'rect':
      return [`${['x', 'y', 'width', 'height'].map((key) => decimal(number(key))).join(' ')} re`];
    case 'circle': {
      const [x, y, r] = [number('cx'), number('cy'), number('r')];
      return pathOperators(`M${x + r},${y}A${r},${r},0,1,1,${x - r},${y}A${r},${r},0,1,1,${x + r},${y}Z`);
    }
    default:
      return [];
  }
}

function paint(shape: readonly string[], style: Style, page: PageContent): void {
  const fill = colourOf(style.fill ?? 'black', style);
  const stroke = colourOf(style.stroke ?? 'none', style);
  if (!fill && !stroke) return;
  setColours(style, page);
  page.operators.push(...shape, fill && stroke ? 'B' : fill ? 'f' : 'S');
}

function transformOf(transform: string | null): string[] {
  return [...(transform ?? '').matchAll(/(translate|rotate|scale)\(([^)]*)\)/g)].map(
    ([, kind, listed = '']) => {
      const [a = 0, b] = listed.split(/[\s,]+/).map(Number);
      if (kind === 'translate') return `1 0 0 1 ${decimal(a)} ${decimal(b ?? 0)} cm`;
      if (kind === 'scale') return `${decimal(a)} 0 0 ${decimal(b ?? a)} 0 0 cm`;
      const angle = (a * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      return `${decimal(cos)} ${decimal(sin)} ${decimal(-sin)} ${decimal(cos)} 0 0 cm`;
    },
  );
}
