/** Complex numbers as two arrays of the same length. */
export interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A vector of zeros. */
export function complexZeros(length: number): ComplexVector {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** Σ|v|². */
export function squaredNorm({ re, im }: ComplexVector): number {
  let sum = 0;
  for (let i = 0; i < re.length; i++) sum += re[i]! ** 2 + im[i]! ** 2;
  return sum;
}

/** a − b. */
export function difference(a: ComplexVector, b: ComplexVector): ComplexVector {
  return { re: a.re.map((value, i) => value - b.re[i]!), im: a.im.map((value, i) => value - b.im[i]!) };
}

/** Σ ā·b. */
export function innerProduct(a: ComplexVector, b: ComplexVector): { re: number; im: number } {
  let [re, im] = [0, 0];
  for (let i = 0; i < a.re.length; i++) {
    re += a.re[i]! * b.re[i]! + a.im[i]! * b.im[i]!;
    im += a.re[i]! * b.im[i]! - a.im[i]! * b.re[i]!;
  }
  return { re, im };
}

/** A complex matrix, row by row. */
export class ComplexMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly re: Float64Array;
  readonly im: Float64Array;

  /** All zeros unless numbers are given. */
  constructor(rows: number, columns: number, numbers: ComplexVector = complexZeros(rows * columns)) {
    this.rows = rows;
    this.columns = columns;
    this.re = numbers.re;
    this.im = numbers.im;
  }

  /** The matrix with these columns. */
  static ofColumns(columns: readonly ComplexVector[]): ComplexMatrix {
    const rows = columns[0]?.re.length ?? 0;
    const made = new ComplexMatrix(rows, columns.length);
    for (const [j, { re, im }] of columns.entries()) {
      for (let i = 0; i < rows; i++) made.set(i, j, re[i]!, im[i]!);
    }
    return made;
  }

  set(row: number, column: number, re: number, im: number): void {
    const at = row * this.columns + column;
    this.re[at] = re;
    this.im[at] = im;
  }

  column(j: number): ComplexVector {
    const made = complexZeros(this.rows);
    for (let i = 0; i < this.rows; i++) {
      made.re[i] = this.re[i * this.columns + j]!;
      made.im[i] = this.im[i * this.columns + j]!;
    }
    return made;
  }

  /** The rows from one up to another, which is left out. */
  slice(from: number, to: number): ComplexMatrix {
    const [first, end] = [from * this.columns, to * this.columns];
    const part = { re: this.re.slice(first, end), im: this.im.slice(first, end) };
    return new ComplexMatrix(to - from, this.columns, part);
  }

  /** A·x. */
  times(x: ComplexVector): ComplexVector {
    const made = complexZeros(this.rows);
    for (let i = 0; i < this.rows; i++) {
      let [re, im] = [0, 0];
      for (let j = 0, at = i * this.columns; j < this.columns; j++, at++) {
        re += this.re[at]! * x.re[j]! - this.im[at]! * x.im[j]!;
        im += this.re[at]! * x.im[j]! + this.im[at]! * x.re[j]!;
      }
      made.re[i] = re;
      made.im[i] = im;
    }
    return made;
  }

  /** Aᴴ·y. */
  adjointTimes(y: ComplexVector): ComplexVector {
    const made = complexZeros(this.columns);
    for (let i = 0; i < this.rows; i++) {
      const [re, im] = [y.re[i]!, y.im[i]!];
      for (let j = 0, at = i * this.columns; j < this.columns; j++, at++) {
        made.re[j]! += this.re[at]! * re + this.im[at]! * im;
        made.im[j]! += this.re[at]! * im - this.im[at]! * re;
      }
    }
    return made;
  }
}
