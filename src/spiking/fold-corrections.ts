import { constantTensor } from '../analysis/constant-tensor.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { floatAttribute, type Node, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { lookUp } from '../look-up.ts';
import { correctionsIn } from './bias-correction.ts';

/**
 * Makes all corrections part of the biases beside them, so that they cost nothing: of the operand of Conv and Gemm, of the
 * Add behind a MatMul. Where there is none, a standard Add is left.
 */
export const foldCorrections = definePass({
  name: 'fold-corrections',
  summary: 'Corrections become part of the biases beside them.',
  rewrites: 'input',
  apply({ graph }: Model): void {
    for (const each of correctionsIn(graph)) {
      const [value, name] = each.inputs as [string, string];
      const correction = lookUp(graph.initializers, name, 'correction');
      const operator = graph.producerOf(value);
      const alone = graph.consumersOf(value).length === 1 && !graph.isOutput(value);
      const folded =
        alone &&
        operator &&
        (foldIntoOperand(graph, operator, correction) || foldIntoAdd(graph, each, correction));
      if (folded) {
        graph.redirectConsumers(each.outputs[0]!, value);
        graph.removeNode(each);
      } else {
        graph.replaceNode(each, node('Add', each.inputs, each.outputs, {}, { name: each.name }));
      }
    }
  },
});

/** The third operand of Conv and Gemm. */
function foldIntoOperand(graph: Graph, of: Node, correction: Tensor): boolean {
  if (of.domain !== '' || (of.opType !== 'Conv' && of.opType !== 'Gemm')) return false;
  const factor = of.opType === 'Gemm' ? floatAttribute(of, 'beta', 1) : 1;
  const bias = of.inputs[2] ? constantTensor(graph, of.inputs[2]) : undefined;
  if (factor === 0 || (of.inputs[2] && !isVector(bias, correction.size))) return false;
  const shift = correction.toNumbers().map((number) => number / factor);
  graph.setInput(of, 2, graph.addInitializer(`${of.name}.bias.corrected`, sum(bias, shift)));
  return true;
}

/** An Add of a constant vector that is the only reader of the corrected value. */
function foldIntoAdd(graph: Graph, { outputs }: Node, correction: Tensor): boolean {
  const [adding, ...others] = graph.consumersOf(outputs[0]!);
  if (adding?.opType !== 'Add' || adding.domain !== '' || others.length > 0) return false;
  const position = adding.inputs.findIndex((name) => name !== outputs[0]);
  const bias = constantTensor(graph, adding.inputs[position] ?? '');
  if (correction.shape.length !== 1 || !isVector(bias, correction.size)) return false;
  const name = graph.addInitializer(`${adding.name}.bias.corrected`, sum(bias, correction.toNumbers()));
  graph.setInput(adding, position, name);
  return true;
}

function isVector(tensor: Tensor | undefined, length: number): tensor is Tensor {
  return tensor?.shape.length === 1 && tensor.size === length;
}

function sum(bias: Tensor | undefined, shift: Float64Array): Tensor {
  const old = bias?.toNumbers();
  return Tensor.float32(
    [shift.length],
    shift.map((number, i) => (old?.[i] ?? 0) + number),
  );
}
