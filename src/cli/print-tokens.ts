import type { EvaluationResult } from '../results/evaluation-result.ts';

/** How many tokens a network read, and what one costs; nothing where it reads no text. */
export function tokenLines({ tokens, images, energy }: EvaluationResult): string[] {
  if (!tokens) return [];
  const { total, perText } = tokens;
  const [first] = tokens.energy;
  const count = `${total} tokens in ${images} texts, ${perText.toFixed(1)} on average`;
  if (!first) return [count];
  const title = energy?.devices.find(({ name }) => name === first.device)?.title ?? first.device;
  const steps = first.steps.map((value, i) => `${value.toPrecision(3)} at T = ${i + 1}`).join(', ');
  return [
    count,
    `energy for one token, full estimate in ${title}, padding included: ${first.source.toPrecision(3)} nJ in the source network, ${steps}`,
  ];
}
