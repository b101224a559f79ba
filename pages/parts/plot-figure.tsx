import type { PlotOptions } from '@observablehq/plot';
import { useEffect, useRef, useState } from 'preact/hooks';

type Plot = typeof import('@observablehq/plot');

interface Props {
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  readonly options: (plot: Plot, width: number) => PlotOptions;
}

/** A chart of Observable Plot, as wide as its place. */
export function PlotFigure({ label, options }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  useEffect(() => {
    let current = true;
    void import('@observablehq/plot').then((plot) => {
      if (!current || !place.current || width === 0) return;
      const drawing = plot.plot({ ...options(plot, width), width, ariaLabel: label });
      drawing.setAttribute('role', 'img');
      place.current.replaceChildren(drawing);
    });
    return () => {
      current = false;
    };
  });
  return <div class="plot" ref={place} />;
}

function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return width;
}
