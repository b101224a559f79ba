/** What a core has room for. */
interface CoreSize {
  readonly weights: number;
  readonly neurons: number;
}

/**
 * Gives layers cores of different sizes, one each, so that as many layers as possible have one: augmenting paths (Kuhn: The Hungarian
 * Method for the Assignment Problem, Naval Research Logistics Quarterly 1955).
 *
 * @param needs weights and neurons by layer
 * @returns the core of each layer; undefined where none is left
 */
export function assignCores(
  needs: readonly (readonly [weights: number, neurons: number])[],
  cores: readonly CoreSize[],
): (number | undefined)[] {
  const layerOf = new Map<number, number>();
  const place = (layer: number, tried: Set<number>): boolean => {
    const [weights = 0, neurons = 0] = needs[layer] ?? [];
    for (const [core, size] of cores.entries()) {
      if (tried.has(core) || size.weights < weights || size.neurons < neurons) continue;
      tried.add(core);
      const before = layerOf.get(core);
      if (before !== undefined && !place(before, tried)) continue;
      layerOf.set(core, layer);
      return true;
    }
    return false;
  };
  for (const layer of needs.keys()) place(layer, new Set());
  const coreOf = new Map([...layerOf].map(([core, layer]) => [layer, core]));
  return needs.map((_, layer) => coreOf.get(layer));
}
