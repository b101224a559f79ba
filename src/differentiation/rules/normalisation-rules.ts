import { floatAttribute, intAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { axisFromFront, reshape, sumOver, times } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';

/** y = softmax(x): dx = y·(dy − Σ y·dy) along the axis. */
function softmax(context: GradientContext): string[] {
  const { build, gradient, node } = context;
  const y = node.outputs[0]!;
  const axis = axisFromFront(intAttribute(node, 'axis', -1), context.shapeOf(y).length);
  const total = sumOver(build, build.op('Mul', [y, gradient]), [axis], true);
  return [build.op('Mul', [y, build.op('Sub', [gradient, total])])];
}

/** y = log softmax(x): dx = dy − e^y·Σ dy along the axis. */
function logSoftmax(context: GradientContext): string[] {
  const { build, gradient, node } = context;
  const y = node.outputs[0]!;
  const axis = axisFromFront(intAttribute(node, 'axis', -1), context.shapeOf(y).length);
  const total = sumOver(build, gradient, [axis], true);
  const share = build.op('Mul', [build.op('Exp', [y]), total]);
  return [build.op('Sub', [gradient, share])];
}

/**
 * y = x̂·γ + β, x̂ = (x − mean)·r, r = 1/√(variance + ε), over n elements of a row:
 * dγ = Σ dy·x̂, dβ = Σ dy over rows, dx = r·(dy·γ − mean(dy·γ) − x̂·mean(dy·γ·x̂)).
 * All on [rows, n], where the two means are products with the vector γ/n. The forward node is made to tell mean and r.
 */
function layerNormalisation(context: GradientContext): (string | undefined)[] {
  const { build, node } = context;
  const shape = context.shapeOf(context.input(0));
  const axis = axisFromFront(intAttribute(node, 'axis', -1), shape.length);
  const [rows, n] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
  const statistics = statisticsOf(context).map((name) => reshape(build, name, [rows, 1]));
  const [mean, deviation] = statistics as [string, string];
  const x = reshape(build, context.input(0), [rows, n]);
  const gradient = reshape(build, context.gradient, [rows, n]);
  const scale = reshape(build, context.input(1), [1, n]);
  const normalised = build.op('Mul', [build.op('Sub', [x, mean]), deviation]);
  const product = build.op('Mul', [gradient, normalised]);
  const parameterShape = context.shapeOf(context.input(1));
  const columns = (value: string) => reshape(build, sumOver(build, value, [0], false), parameterShape);
  return [
    context.wants(0) ? inputGradient() : undefined,
    context.wants(1) ? columns(product) : undefined,
    context.wants(2) ? columns(gradient) : undefined,
  ];

  function inputGradient(): string {
    const share = reshape(build, times(build, scale, 1 / n), [n, 1]);
    const shift = build.op('MatMul', [gradient, share]);
    const tilt = build.op('MatMul', [product, share]);
    const scaled = build.op('Sub', [build.op('Mul', [gradient, scale]), shift]);
    const centred = build.op('Sub', [scaled, build.op('Mul', [normalised, tilt])]);
    return reshape(build, build.op('Mul', [centred, deviation]), shape);
  }
}

/** Names of mean and 1/deviation of a LayerNormalization, which become outputs of the node. */
function statisticsOf({ node, build }: GradientContext): [string, string] {
  const { graph } = build;
  const [output, mean, deviation] = node.outputs as [string, string?, string?];
  const statistics: [string, string] = [
    mean || graph.freshName(`${output}.mean`),
    deviation || graph.freshName(`${output}.inverse_deviation`),
  ];
  graph.update(node, { outputs: [output, ...statistics] });
  return statistics;
}

/**
 * BatchNormalization with fixed statistics (evaluation mode), an affine map for each channel:
 * dx = dy·γ/√(variance + ε), dγ = Σ dy·(x − mean)/√(variance + ε), dβ = Σ dy.
 */
function batchNormalisation(context: GradientContext): (string | undefined)[] {
  const { build, gradient, node } = context;
  const shape = context.shapeOf(context.input(0));
  const perChannel = shape.map((length, axis) => (axis === 1 ? length : 1));
  const channels = (value: string) => reshape(build, value, perChannel);
  const others = shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const epsilon = build.constant('epsilon', floatScalar(floatAttribute(node, 'epsilon', 1e-5)));
  const deviation = build.op('Sqrt', [build.op('Add', [context.input(4), epsilon])]);
  const emit = [
    () => build.op('Mul', [gradient, channels(build.op('Div', [context.input(1), deviation]))]),
    () => {
      const centred = build.op('Sub', [context.input(0), channels(context.input(3))]);
      const sum = sumOver(build, build.op('Mul', [gradient, centred]), others, false);
      return build.op('Div', [sum, deviation]);
    },
    () => sumOver(build, gradient, others, false),
  ];
  return emit.map((each, position) => (context.wants(position) ? each() : undefined));
}

function floatScalar(value: number): Tensor {
  return Tensor.float32([], [value]);
}

/** Rules of normalisations. */
export const normalisationRules = defineGradientRules({
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  LayerNormalization: layerNormalisation,
  BatchNormalization: batchNormalisation,
});
