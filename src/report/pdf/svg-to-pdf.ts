import type { PageElement } from '../page-element.ts';
import { drawElement } from './draw-element.ts';
import type { PageContent } from './graphics-state.ts';
import { decimal } from './path-operators.ts';

/** A point is 1/72 inch, a pixel of SVG 1/96. */
const pointsPerPixel = 0.75;

/**
 * A PDF of one page, as large as the drawing: paths, shapes and text as vectors. Text is set in Helvetica and Symbol, which every reader
 * has and which are not embedded.
 *
 * @param svg as standaloneSvg draws it; other SVG may hold what is left out here, such as images and gradients
 */
export async function svgToPdf(svg: string): Promise<string> {
  const { DOMParser } = await import('linkedom/worker');
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml')
    .documentElement as unknown as PageElement;
  const [width, height] = ['width', 'height'].map((name) => pointsPerPixel * Number(root.getAttribute(name)));
  const page: PageContent = { operators: [], opacities: new Map() };
  // PDF counts upwards, SVG downwards.
  page.operators.push(`${pointsPerPixel} 0 0 ${-pointsPerPixel} 0 ${decimal(height ?? 0)} cm`);
  drawElement(root, {}, page);
  return pdfOf([width ?? 0, height ?? 0], page);
}

function pdfOf([width, height]: readonly [number, number], { operators, opacities }: PageContent): string {
  const content = operators.join('\n');
  const states = [...opacities].map(([name, [fill, stroke]]) => `/${name} << /ca ${fill} /CA ${stroke} >>`);
  const font = (name: string, encoding = ' /Encoding /WinAnsiEncoding') =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name}${encoding} >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${decimal(width)} ${decimal(height)}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> /ExtGState << ${states.join(' ')} >> >> >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    font('Symbol', ''),
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const place = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  return `${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
}
