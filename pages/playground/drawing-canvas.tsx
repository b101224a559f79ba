import { useEffect, useRef, useState } from 'preact/hooks';
import { glyphSide } from '../../src/data/glyphs/glyphs-render.ts';
import { paintPicture } from '../parts/paint-picture.ts';
import type { Drawing } from './drawing.ts';

interface Props {
  readonly drawing: Drawing;
  /** Changes whenever the drawing was changed from outside. */
  readonly version: number;
  /** Called at every stroke; `ended` when the pen is lifted. */
  readonly onStroke: (ended: boolean) => void;
}

const middle = glyphSide / 2;

const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A sheet of 32 × 32 pixels that is drawn on by pointer or by keys. */
export function DrawingCanvas({ drawing, version, onStroke }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<[number, number] | undefined>(undefined);
  const [pen, setPen] = useState<{ x: number; y: number; down: boolean }>();
  const repaint = () => canvas.current && paintPicture(canvas.current, drawing.picture());
  useEffect(() => {
    repaint();
  }, [version]);

  const stroke = (event: PointerEvent) => {
    const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const x = ((event.clientX - left) / width) * glyphSide;
    const y = ((event.clientY - top) / height) * glyphSide;
    drawing.line(...(last.current ?? [x, y]), x, y);
    last.current = [x, y];
    repaint();
    onStroke(false);
  };
  const begin = (event: PointerEvent) => {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    setPen(undefined);
    stroke(event);
  };
  const end = () => {
    if (!last.current) return;
    last.current = undefined;
    onStroke(true);
  };
  const key = (event: KeyboardEvent) => {
    const before = pen ?? { x: middle, y: middle, down: false };
    const move = moves[event.key];
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      if (!before.down) drawing.line(before.x, before.y, before.x, before.y);
      setPen({ ...before, down: !before.down });
      repaint();
      onStroke(before.down);
    } else if (move) {
      event.preventDefault();
      const clamp = (value: number) => Math.min(Math.max(value, 1), glyphSide - 1);
      const next = { ...before, x: clamp(before.x + move[0]), y: clamp(before.y + move[1]) };
      if (before.down) drawing.line(before.x, before.y, next.x, next.y);
      setPen(next);
      repaint();
      if (before.down) onStroke(false);
    }
  };
  return (
    <div
      class="sheet"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on with the keys
      tabIndex={0}
      role="application"
      aria-label="Sheet to draw a digit or a capital letter on. Arrow keys move the pen, space lowers and lifts it."
      onPointerDown={begin}
      onPointerMove={(event) => last.current && stroke(event)}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={key}
      onBlur={() => setPen(undefined)}
    >
      <canvas ref={canvas} width={glyphSide} height={glyphSide} />
      {pen && (
        <span
          class={pen.down ? 'pen down' : 'pen'}
          style={{ left: `${(pen.x / glyphSide) * 100}%`, top: `${(pen.y / glyphSide) * 100}%` }}
        />
      )}
    </div>
  );
}
