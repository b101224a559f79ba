import { useEffect, useRef } from 'preact/hooks';
import { paintPicture } from '../parts/paint-picture.ts';
import type { NamedPicture } from '../parts/read-pictures.ts';

interface Props {
  readonly pictures: readonly NamedPicture[];
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

/** The pictures that were given; the chosen one is shown to the network. */
export function PictureChoice({ pictures, chosen, onChoose }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { name, picture } = pictures[chosen]!;
  useEffect(() => {
    if (canvas.current) paintPicture(canvas.current, picture);
  }, [picture]);
  return (
    <>
      <canvas
        ref={canvas}
        class="picture"
        width={picture.width}
        height={picture.height}
        role="img"
        aria-label={name}
      />
      <label class="field">
        <span>Shown</span>
        <select value={chosen} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
          {pictures.map((each, i) => (
            <option key={i} value={i}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
