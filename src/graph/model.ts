import type { Graph } from './graph.ts';
import type { Attribute, Node } from './node.ts';

/** A function in the model: an operator of a domain of its own, with a body of other operators. */
export interface ModelFunction {
  name: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  /** Attributes a caller must give. */
  attributes: string[];
  /** Attributes a caller may leave out. */
  attributeDefaults: Map<string, Attribute>;
  nodes: Node[];
  /** Operator sets the body uses: domain -> version. */
  opsets: Map<string, number>;
  doc: string;
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
    const copy = new Model(this.graph.clone(), this.opset);
    copy.opsets = new Map(this.opsets);
    copy.functions = [...this.functions];
    copy.metadata = new Map(this.metadata);
    copy.irVersion = this.irVersion;
    copy.producer = this.producer;
    return copy;
  }
}
