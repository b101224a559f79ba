/** Heads of the sizes that timm's names speak of: [features of a token, heads], by the word in the name. */
const sizes: Readonly<Record<string, readonly (readonly [embedDim: number, heads: number])[]>> = {
  tiny: [[192, 3]],
  wee: [[256, 4]],
  pwee: [[256, 4]],
  little: [[320, 5]],
  small: [[384, 6]],
  medium: [[512, 8]],
  mediumd: [[512, 8]],
  betwixt: [[640, 10]],
  base: [[768, 12]],
  large: [[1024, 16]],
  so400m: [[1152, 16]],
  huge: [[1280, 16]],
  plus: [[1280, 20]],
  enormous: [[1792, 16]],
  '7b': [[4096, 32]],
  giant: [
    [1408, 16],
    [1536, 24],
  ],
  gigantic: [[1664, 16]],
};

/**
 * The number of attention heads of a network that timm names, such as `deit_small_patch16_224.fb_in1k`.
 *
 * @param embedDim features of a token, as the tensors have them
 * @returns `undefined` if the name has no known size, or one with another number of features
 */
export function timmHeadCount(architecture: string, embedDim: number): number | undefined {
  // The last of two words is the more special one: huge_plus.
  for (const word of architecture.split(/[_.]/).toReversed()) {
    if (!Object.hasOwn(sizes, word)) continue;
    const found = sizes[word]!.find(([width]) => width === embedDim);
    if (found) return found[1];
  }
  return undefined;
}
