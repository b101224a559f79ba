import { Html, html } from './html.ts';

/** A number of a run as HTML, with the place it comes from. */
export class FigureNumber extends Html {
  /** File and JSON pointer. */
  readonly pointer: string;
  readonly value: number;
  /** As people read it. */
  readonly shown: string;

  constructor(pointer: string, value: number, shown: string) {
    super(html`<data value="${value}" data-from="${pointer}">${shown}</data>`.text);
    this.pointer = pointer;
    this.value = value;
    this.shown = shown;
  }

  /** The same number, written otherwise. */
  as(shown: string): FigureNumber {
    return new FigureNumber(this.pointer, this.value, shown);
  }
}
