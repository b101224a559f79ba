import { useEffect, useRef } from 'preact/hooks';

/** How much of the width a map is drawn with, in device pixels a place. */
const pixelsAPlace = 4;

/** Opacity of what is lightest. */
const faintest = 0.06;

interface Props {
  /** Amounts, rows from the top. */
  readonly values: readonly number[];
  /** Places a row. */
  readonly width: number;
  /** Amounts that are shown lightest and strongest. */
  readonly range: readonly [least: number, most: number];
  /** What it shows, for those who cannot see it. */
  readonly label: string;
}

/** A map of amounts in one hue; the numbers stand beside it in words. */
export function HeatMap({ values, width, range, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const height = Math.max(1, Math.ceil(values.length / width));
  useEffect(() => {
    if (canvas.current) paint(canvas.current, values, width, range);
  });
  return (
    <canvas
      ref={canvas}
      class="heat-map"
      role="img"
      aria-label={label}
      width={width * pixelsAPlace}
      height={height * pixelsAPlace}
    />
  );
}

function paint(
  canvas: HTMLCanvasElement,
  values: readonly number[],
  width: number,
  range: Props['range'],
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const hue = getComputedStyle(canvas).getPropertyValue('--heat');
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const [i, value] of values.entries()) {
    const strength = faintest + ((1 - faintest) * (value - range[0])) / Math.max(range[1] - range[0], 1e-9);
    context.fillStyle = `rgba(${hue}, ${strength.toFixed(3)})`;
    const [column, row] = [i % width, Math.floor(i / width)];
    context.fillRect(column * pixelsAPlace, row * pixelsAPlace, pixelsAPlace, pixelsAPlace);
  }
}
