import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';

/** Opset of the convolutional networks built here. */
const opset = 17;

/** Sizes of a network's input and output. */
export interface CnnShape {
  readonly inputShape: readonly number[];
  readonly classes: number;
}

/**
 * Frame of a convolutional network at opset 17: input `x` float32 [batch, channels, height, width], output `logits`
 * float32 [batch, classes].
 *
 * @param name name of the graph
 * @param body appends the network to the input and names its last value `logits`
 */
export function cnnModel(
  name: string,
  { inputShape, classes }: CnnShape,
  body: (builder: GraphBuilder, input: string) => void,
): Model {
  const graph = new Graph(name);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', ...inputShape] });
  body(new GraphBuilder(graph), 'x');
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', classes] });
  return new Model(graph, opset);
}
