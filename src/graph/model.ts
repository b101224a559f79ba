import type { Attribute, Graph, Node } from './graph.ts';
import { cloneNode } from './operation.ts';

/** A function in the model: an operator of a domain of its own, with a body of other operators. */
export interface ModelFunction {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes a caller must give. */
  readonly attributes: readonly string[];
  /** Attributes a caller may leave out. */
  readonly attributeDefaults: ReadonlyMap<string, Attribute>;
  readonly nodes: readonly Node[];
  /** Operator sets the body uses: domain -> version. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly doc: string;
}

/** A graph with what it needs around it: operator sets, local functions and free-form metadata. */
export class Model {
  graph: Graph;
  /** Domain -> version; '' is standard ONNX. */
  opsets = new Map<string, number>();
  functions: ModelFunction[] = [];
  /** `metadata_props` of the file: plain text by key. */
  metadata = new Map<string, string>();
  irVersion = 8;
  producer = 'transpike';

  constructor(graph: Graph, opset: number) {
    this.graph = graph;
    this.opsets.set('', opset);
  }

  /** Version of the standard operators. */
  get opset(): number {
    return this.opsets.get('') ?? 1;
  }

  /** A copy that can be edited without touching this one. */
  clone(): Model {
    return this.withGraph(this.graph.clone());
  }

  /** A copy with another graph: operator sets, functions and metadata are those of this one. */
  withGraph(graph: Graph): Model {
    const copy = new Model(graph, this.opset);
    copy.opsets = new Map(this.opsets);
    copy.functions = this.functions.map((each) => ({ ...each, nodes: each.nodes.map(cloneNode) }));
    copy.metadata = new Map(this.metadata);
    copy.irVersion = this.irVersion;
    copy.producer = this.producer;
    return copy;
  }
}
