import type { Model } from '../graph/model.ts';
import { constantValues } from './constant-values.ts';
import { type SynapticOperator, synapticOperators } from './synaptic-operators.ts';

/** A network that does not spike, and what its graph alone says of it. It belongs to the network as it was when it was looked at. */
export interface SourceStructure {
  readonly model: Model;
  /** Its synaptic operators in topological order. */
  readonly operators: readonly SynapticOperator[];
  /** Values that do not depend on its inputs. */
  readonly constant: ReadonlySet<string>;
}

/** Looks at a network that does not spike. */
export function structureOf(model: Model): SourceStructure {
  const constant = constantValues(model.graph);
  return { model, operators: synapticOperators(model.graph, constant), constant };
}
