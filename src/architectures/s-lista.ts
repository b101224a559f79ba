import { z } from 'zod';
import { outputName } from '../checkpoints/classifiers.ts';
import { defineArchitecture, inputName } from '../checkpoints/define-architecture.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { addComplex, complexOperators } from '../graph/complex-operators.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';

const lengths = z.array(z.int().min(1)).min(1).max(3);

const config = z.object({
  /** Sensors of each axis of the array. */
  sensors: lengths,
  /** Points of each axis of the grid. */
  grid: lengths,
});

/** What the builder needs to know of an unrolled network. */
interface Unrolled {
  readonly sensors: readonly number[];
  readonly grid: readonly number[];
  readonly layers: number;
  /** `convolution`: a Toeplitz matrix as its taps; `matrix`: any; by layer from the second on. */
  readonly couplings: readonly ('kernel' | 'matrix')[];
  /** Whether a layer goes on in the direction of the last step before it couples, as FISTA does. */
  readonly momenta: readonly boolean[];
}

/**
 * Unrolled iterative shrinkage for sparse spectra of sensor arrays: layer l makes x ← S_θ(T·x + W·y) of the snapshot y [2, …sensors], with x = 0
 * at the beginning; x [2, …grid] behind the last layer is the output. Complex numbers are two channels.
 *
 * Tensors of layer l: `layers.l.input` W [2, grid, sensors], `layers.l.threshold` θ []; from the second layer on `layers.l.kernel`, the
 * taps of a Toeplitz matrix as a convolution [2, 1, 1, 2N − 1, …] (S-LISTA: Fu, Wang, Liu et al. 2021, arXiv:2102.11663), or
 * `layers.l.matrix` [2, grid, grid] (LISTA: Gregor, LeCun 2010); perhaps `layers.l.momentum` [], with which T reads
 * x + momentum·(x − x before). ISTA and FISTA are such networks, with other numbers.
 */
export const sLista = defineArchitecture<z.infer<typeof config>, Unrolled>({
  name: 's-lista',
  description:
    'unrolled shrinkage with complex numbers for sparse spectra (layers.0.input, layers.1.kernel…)',
  matches: (_config, names) => names.has('layers.0.input') && names.has('layers.0.threshold'),
  config,
  parse,
  inputs: ({ sensors }) => [{ name: inputName, dataType: 'float32', shape: ['batch', 2, ...sensors] }],
  outputShape: ({ grid }) => [2, ...grid],
  build,
});

function parse(
  { sensors, grid }: z.infer<typeof config>,
  tensors: ReadonlyMap<string, Tensor>,
  report: Report,
): Unrolled {
  if (sensors.length !== grid.length) {
    report({
      where: "'sensors', 'grid'",
      expected: 'as many axes of the grid as of the array',
      got: `${grid.length} and ${sensors.length}`,
      remedy: 'Use the config.json that belongs to the weights',
    });
  }
  const layers = [...tensors.keys()].filter((name) => /^layers\.\d+\.threshold$/.test(name)).length;
  const each = Array.from({ length: layers }, (_, i) => i);
  return {
    sensors,
    grid,
    layers,
    couplings: each.map((i) => (tensors.has(`layers.${i}.matrix`) ? 'matrix' : 'kernel')),
    momenta: each.map((i) => tensors.has(`layers.${i}.momentum`)),
  };
}

function build(unrolled: Unrolled, net: NetworkBuilder): void {
  const { sensors, grid, layers, momenta } = unrolled;
  const [seen, points] = [sizeOf(sensors), sizeOf(grid)];
  const snapshot = net.op('Flatten', [inputName], { axis: 1 }, { name: 'snapshot' });
  const shape = net.integers('grid', [0, 2, ...grid]);
  let [x, before] = ['', ''];
  for (let i = 0; i < layers; i++) {
    const path = `layers.${i}`;
    const weight = net.weight(`${path}.input`, [2, points, seen]);
    const product = addComplex(
      net,
      complexOperators.product,
      [snapshot, weight],
      {},
      { name: `${path}.project` },
    );
    const projected = net.op('Reshape', [product, shape], {}, { name: `${path}.projected` });
    let potential = projected;
    if (x) {
      const ahead = momenta[i] && before ? goOn(net, path, x, before) : x;
      const coupled = couple(net, path, unrolled, i, ahead);
      potential = net.op('Add', [coupled, projected], {}, { name: `${path}.potential` });
    }
    before = x;
    const threshold = net.weight(`${path}.threshold`, []);
    const name = i === layers - 1 ? outputName : `${path}.shrink`;
    x = addComplex(net, complexOperators.shrinkage, [potential, threshold], {}, { name });
  }
}

/** x + momentum·(x − x before). */
function goOn(net: NetworkBuilder, path: string, x: string, before: string): string {
  const step = net.op('Sub', [x, before], {}, { name: `${path}.step` });
  const onward = net.op('Mul', [step, net.weight(`${path}.momentum`, [])], {}, { name: `${path}.onward` });
  return net.op('Add', [x, onward], {}, { name: `${path}.ahead` });
}

/** T·x. */
function couple(
  net: NetworkBuilder,
  path: string,
  { couplings, grid }: Unrolled,
  layer: number,
  x: string,
): string {
  const name = `${path}.couple`;
  if (couplings[layer] === 'kernel') {
    const kernel = net.weight(`${path}.kernel`, [2, 1, 1, ...grid.map((points) => 2 * points - 1)]);
    const pads = [...grid, ...grid].map((points) => points - 1);
    return addComplex(net, complexOperators.convolution, [x, kernel], { pads }, { name });
  }
  const points = sizeOf(grid);
  const flat = net.op('Flatten', [x], { axis: 1 }, { name: `${path}.flat` });
  const matrix = net.weight(`${path}.matrix`, [2, points, points]);
  const product = addComplex(net, complexOperators.product, [flat, matrix], {}, { name });
  return net.op(
    'Reshape',
    [product, net.integers(`${path}.grid`, [0, 2, ...grid])],
    {},
    { name: `${path}.coupled` },
  );
}
