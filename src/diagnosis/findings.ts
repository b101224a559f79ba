import type { Finding, SiteDiagnosis } from '../results/diagnosis-result.ts';
import type { Advice } from './advice-for.ts';

/** From when on something is worth a sentence. */
const limits = {
  /** Relative error of a site's own. */
  own: 0.1,
  saturated: 0.01,
  /** Share of the squared signal that reaches silent neurons. */
  silentSignal: 0.05,
  dead: 0.9,
} as const;

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Sentences about the sites of a network, those about the largest loss first. @param advice what helps a network of this method */
export function findingsOf(sites: readonly SiteDiagnosis[], advice: Advice): Finding[] {
  const started = sites.filter((site) => !isMute(site));
  const found = [
    muteness(sites.filter(isMute), advice),
    ownError(started, advice),
    saturation(started, advice),
    silence(started, advice),
    outliers(sites, advice),
    inheritance(sites),
    death(started),
  ].filter((finding) => finding !== undefined);
  if (found.length > 0) return found;
  return [
    {
      kind: 'none',
      sites: [],
      text: `No site loses more than ${percent(limits.own)} of its signal, saturates, or leaves a notable part of it to silent neurons.`,
    },
  ];
}

/** Nothing at all comes out of the site, though something goes in. */
function isMute({ dead, error, saturated }: SiteDiagnosis): boolean {
  return dead === 1 && error.own > 0 && saturated > 0;
}

function muteness([first, ...rest]: readonly SiteDiagnosis[], { steps, mute }: Advice): Finding | undefined {
  if (!first) return undefined;
  return {
    kind: 'mute',
    sites: [first, ...rest].map(({ name }) => name),
    text: `No neuron at '${first.name}' can fire within ${steps} step${steps === 1 ? '' : 's'}${also(rest)}. ${mute}`,
  };
}

function ownError(sites: readonly SiteDiagnosis[], { steps, finer }: Advice): Finding | undefined {
  const alone = sites.some(({ logitError }) => logitError !== undefined);
  const loss = (site: SiteDiagnosis) => (alone ? (site.logitError ?? 0) : site.error.own);
  const [worst, ...rest] = worstBy(
    sites.filter(({ error }) => error.own > limits.own),
    loss,
  );
  if (!worst) return undefined;
  const effect =
    worst.logitError === undefined
      ? ''
      : ` (alone, it moves the logits by ${percent(worst.logitError)} of their size)`;
  const others = rest.length > 0 ? `; ${rest.length} more sites lose over ${percent(limits.own)}` : '';
  return {
    kind: 'own-error',
    sites: [worst, ...rest].map(({ name }) => name),
    text: `'${worst.name}' itself loses ${percent(worst.error.own)} of its signal at T = ${steps}${effect}${others}. ${finer}`,
  };
}

function saturation(sites: readonly SiteDiagnosis[], { wider }: Advice): Finding | undefined {
  const [worst, ...rest] = worstBy(
    sites.filter(({ saturated }) => saturated > limits.saturated),
    (s) => s.saturated,
  );
  if (!worst) return undefined;
  return {
    kind: 'saturated',
    sites: [worst, ...rest].map(({ name }) => name),
    text: `At '${worst.name}' ${percent(worst.saturated)} of the values lie beyond what the neurons can emit${also(rest)}. ${wider}`,
  };
}

function silence(sites: readonly SiteDiagnosis[], { finer }: Advice): Finding | undefined {
  const [worst, ...rest] = worstBy(
    sites.filter(({ silentSignal }) => silentSignal > limits.silentSignal),
    (site) => site.silentSignal,
  );
  if (!worst) return undefined;
  return {
    kind: 'silent',
    sites: [worst, ...rest].map(({ name }) => name),
    text: `At '${worst.name}' neurons that never fire hold ${percent(worst.silentSignal)} of the squared signal${also(rest)}. Their thresholds are too high for it. ${finer}`,
  };
}

function outliers(sites: readonly SiteDiagnosis[], { finer }: Advice): Finding | undefined {
  const largest = ({ outliers: found }: SiteDiagnosis) => found?.largest[0];
  const ratio = (site: SiteDiagnosis) => largest(site)?.ratio ?? 0;
  const [worst, ...rest] = worstBy(
    sites.filter((site) => ratio(site) > 0),
    ratio,
  );
  const channel = worst && largest(worst)?.channel;
  if (!worst || channel === undefined) return undefined;
  return {
    kind: 'outliers',
    sites: [worst, ...rest].map(({ name }) => name),
    text: `At '${worst.name}' channel ${channel} is ${Math.round(ratio(worst))} times as large as the median channel${also(rest)}. One threshold has to serve both. ${finer}`,
  };
}

function inheritance(sites: readonly SiteDiagnosis[]): Finding | undefined {
  const last = sites.at(-1);
  if (!last || last.error.inherited < 2 * last.error.own || last.error.total < limits.own) return undefined;
  return {
    kind: 'inherited',
    sites: [last.name],
    text: `The last site, '${last.name}', is ${percent(last.error.total)} off, mostly with errors of earlier sites (${percent(last.error.inherited)} inherited, ${percent(last.error.own)} its own). Mend the earliest sites with a large error of their own first.`,
  };
}

function death(sites: readonly SiteDiagnosis[]): Finding | undefined {
  const [worst, ...rest] = worstBy(
    sites.filter(({ dead, error }) => dead > limits.dead && error.own <= limits.own),
    ({ dead }) => dead,
  );
  if (!worst) return undefined;
  return {
    kind: 'dead',
    sites: [worst, ...rest].map(({ name }) => name),
    text: `${percent(worst.dead)} of the neurons at '${worst.name}' spiked on none of these images${also(rest)}. That is harmless, since the site loses only ${percent(worst.error.own)} by itself, and it saves energy.`,
  };
}

function also(rest: readonly SiteDiagnosis[]): string {
  return rest.length > 0 ? `, and so at ${rest.length} more site${rest.length > 1 ? 's' : ''}` : '';
}

function worstBy(
  sites: readonly SiteDiagnosis[],
  size: (site: SiteDiagnosis) => number,
): readonly SiteDiagnosis[] {
  return sites.toSorted((a, b) => size(b) - size(a));
}
