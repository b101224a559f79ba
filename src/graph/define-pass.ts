import { GraphError } from '../errors.ts';
import type { Model } from './model.ts';
import { verifyModel } from './verify-model.ts';

/** What a pass says of itself. */
interface PassFacets {
  /** Kebab-case, as in error messages. */
  readonly name: string;
  /** One sentence: what changes. */
  readonly summary: string;
  /** What it changes: the model it is given, or a copy, which it returns. */
  readonly rewrites: 'input' | 'copy';
}

/** A rewritten model, alone or with what is to be told of it. */
type Rewritten = Model | { readonly model: Model };

/** A pass that changes the model it is given, and returns what is to be told of that. */
interface InPlacePass<Options extends readonly unknown[], Result> extends PassFacets {
  readonly rewrites: 'input';
  apply(model: Model, ...options: Options): Result;
}

/** A pass that leaves the model it is given as it is. */
interface CopyingPass<Options extends readonly unknown[], Result extends Rewritten | Promise<Rewritten>>
  extends PassFacets {
  readonly rewrites: 'copy';
  apply(model: Model, ...options: Options): Result;
}

/**
 * A rewrite of a model, called with the model and what else it needs. What it leaves behind has been verified. Passes that
 * clean up need nothing else, and return how many places they changed.
 */
export interface Pass<Options extends readonly unknown[] = [], Result = number> extends PassFacets {
  (model: Model, ...options: Options): Result;
}

/**
 * Declares a pass; a missing facet does not compile. The rewritten model is verified after each run.
 *
 * @throws GraphError (from the pass) that names it if the model it leaves behind is not valid, or if it changes its input
 *   without saying so
 */
export function definePass<const Options extends readonly unknown[], Result>(
  pass: InPlacePass<Options, Result>,
): Pass<Options, Result>;
export function definePass<
  const Options extends readonly unknown[],
  Result extends Rewritten | Promise<Rewritten>,
>(pass: CopyingPass<Options, Result>): Pass<Options, Result>;
export function definePass<Options extends readonly unknown[], Result>({
  apply,
  ...facets
}: PassFacets & { apply(model: Model, ...options: Options): Result }): Pass<Options, Result> {
  const run = (model: Model, ...options: Options): Result => {
    const before = model.graph.revision;
    const check = <R>(result: R): R => {
      if (facets.rewrites === 'input') verifyModel(model, `pass '${facets.name}'`);
      else if (model.graph.revision !== before) throw changedItsInput(facets.name);
      else verifyModel(rewritten(result), `pass '${facets.name}'`);
      return result;
    };
    const result = apply(model, ...options);
    return (result instanceof Promise ? result.then(check) : check(result)) as Result;
  };
  // The name of a function cannot be assigned.
  for (const [key, value] of Object.entries(facets)) Object.defineProperty(run, key, { value });
  return run as Pass<Options, Result>;
}

/** Told apart by what it has: a bundle that runs in a runtime from outside brings a class `Model` of its own. */
function rewritten(result: unknown): Model {
  const made = result as Model | { readonly model: Model };
  return 'model' in made ? made.model : made;
}

function changedItsInput(name: string): GraphError {
  return new GraphError({
    where: `pass '${name}'`,
    expected: 'a rewritten copy, and the model it was given as before',
    got: 'a changed one',
    remedy: "Change a clone of the model, or declare that the pass rewrites its 'input'",
  });
}
