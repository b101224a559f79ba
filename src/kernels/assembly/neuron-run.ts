/** Numbers one after the other, float32. */
@unmanaged
export class Floats {
  /** The k-th of them in all lanes. */
  @inline
  at(k: i32): v128 {
    return v128.load32_splat(changetype<usize>(this) + (<usize>k << 2));
  }
}

/**
 * Neurons with the same parameters over all steps: the record that every neuron's kernel is given. The class of a neuron adds
 * its parameters and choices. What is not public, the kernels keep for themselves. Addresses
 * and strides are in bytes; 0 as an address: not wanted.
 */
@unmanaged
export class NeuronRun {
  /** Running means of step 1, float32. */
  means: usize;
  /** From one step to the next; 0: the same means at every step. */
  meansStride: usize;
  /** What the decoded values of step 1 go to, float32. May be the place of the means. */
  decoded: usize;
  spikes: usize;
  /** Numbers of spikes, float32. */
  counts: usize;
  /** Signed levels as uint8 around 128, a quarter of `stride` apart. */
  bytes: usize;
  /** From one step to the next of what is written. */
  stride: usize;
  /** Number of neurons. */
  count: i32;
  steps: i32;
  /** Four int32 for each step; the spikes are added to any of them. */
  counters: usize;
  /**
   * State before the first step, which that after the last one takes the place of: of each four neurons the variables one after the
   * other, four float32 each. 0: the neurons begin, and nothing is kept.
   */
  state: usize;
  /** Steps that came before the first one: t counts on from there. */
  elapsed: i32;
  /** What the step at hand multiplies running means with, t unless the kernel says otherwise, and its reciprocal. */
  protected time: v128;
  protected share: v128;

  @inline
  divideBy(time: i32): void {
    this.time = f32x4.splat(<f32>time);
    this.share = f32x4.splat(<f32>1 / <f32>time);
  }

  /** Leaves out the first neurons. */
  @inline
  skip(neurons: i32): void {
    const offset = <usize>neurons << 2;
    this.means += offset;
    if (this.decoded) this.decoded += offset;
    if (this.spikes) this.spikes += offset;
    if (this.counts) this.counts += offset;
    if (this.bytes) this.bytes += neurons;
    this.count -= neurons;
  }
}
