import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';

/** Takes values of all steps apart, and gives steps an axis of their own, in operators that know no shape. */
export class StepSplitter {
  readonly #model: Model;
  readonly #steps: number;

  /** @param steps of all values, hidden ones included */
  constructor(model: Model, steps: number) {
    this.#model = model;
    this.#steps = steps;
  }

  /** [T·N, …] → T values [N, …]. @param axis that has the steps. Default: the leading one */
  split(build: GraphBuilder, value: string, axis = 0): string[] {
    const steps = this.#steps;
    if (steps === 1) return [value];
    // Since opset 18 the number of equal parts has to be said.
    const parts = this.#model.opset < 18 ? {} : { num_outputs: steps };
    return build.ops('Split', [value], steps, { axis, ...parts }, { name: 'step' });
  }

  /** T values [N, …] → [T, N, …]. */
  stack(build: GraphBuilder, steps: readonly string[]): string {
    const rows = steps.map((step) => this.#withAxis(build, 'Unsqueeze', step, 0));
    return build.op('Concat', rows, { axis: 0 });
  }

  /** Takes an axis of length 1 away. */
  withoutAxis(build: GraphBuilder, value: string, axis: number): string {
    return this.#withAxis(build, 'Squeeze', value, axis);
  }

  /** Axes are an input since opset 13, and were an attribute before. */
  #withAxis(build: GraphBuilder, opType: 'Squeeze' | 'Unsqueeze', value: string, axis: number): string {
    return this.#model.opset < 13
      ? build.op(opType, [value], { axes: [axis] })
      : build.op(opType, [value, build.integers('axes', [axis])]);
  }
}

/** A builder whose operators stand directly behind the node that they are made in place of. */
export function inPlaceOf({ graph }: Model, value: string, scope: string): GraphBuilder {
  return GraphBuilder.behind(graph, value, `laid-out.${scope}.`);
}
