import { useEffect, useRef } from 'preact/hooks';

/** What the tour says, and which part of the page it points at. */
const stops = [
  {
    title: 'A network that answers in steps',
    at: 'sheet',
    text: 'Draw a digit or a capital letter. A small Vision Transformer cuts the sheet into 8 × 8 patches and names what it sees. Here it runs as a spiking network: it does not answer once, but a little better after every time-step.',
  },
  {
    title: 'A spike',
    at: 'spikes',
    text: 'A spike is a short message of a neuron: “now”. Only spikes make work for the layers behind; a neuron that stays silent costs almost nothing. Each little map shows where on your drawing a block spiked in one step, and the number below which share of its neurons did.',
  },
  {
    title: 'Membrane potential',
    at: 'spikes',
    text: 'A neuron adds up what it receives: that sum is its membrane potential. When it spikes, what the spike stood for is subtracted again. What has not been sent yet stays in the potential and is sent in a later step, so that nothing is lost, only late.',
  },
  {
    title: 'Threshold',
    at: 'controls',
    text: 'The threshold is how much must have gathered before a neuron spikes. Large thresholds mean few, coarse spikes; small ones many, fine ones, which cannot tell large numbers. Move “Scale of thresholds” and watch spikes, energy and answer. The dead zone makes neurons silent for what is small.',
  },
  {
    title: 'Expectation compensation',
    at: 'answer',
    text: 'Softmax, GELU and normalisation are no sums, so spikes cannot simply be passed through them. The method ECMT lets them work on the mean of all that came so far: their answer is expected from the past steps, and each step sends the correction. That is why the curves settle on the answer of the source network.',
  },
  {
    title: 'Energy, and stopping early',
    at: 'energy',
    text: 'Every step costs energy. A network that is sure after step 2 need not run steps 3 and 4. The dashed line is what the source network takes on the same device, an estimate that counts memory as well as arithmetic: spiking does not always pay.',
  },
] as const;

interface Props {
  /** Which stop is shown. */
  readonly stop: number;
  readonly onMove: (stop: number | undefined) => void;
}

/** A guided tour: a few sentences beside the part of the page that they are about. */
export function Tour({ stop, onMove }: Props) {
  const panel = useRef<HTMLElement>(null);
  const { title, at, text } = stops[stop]!;
  useEffect(() => {
    const part = document.getElementById(at);
    part?.classList.add('pointed-at');
    panel.current?.focus();
    if (part) {
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      part.scrollIntoView({ block: 'nearest', behavior: still ? 'auto' : 'smooth' });
    }
    return () => part?.classList.remove('pointed-at');
  }, [at]);
  const last = stop === stops.length - 1;
  return (
    <aside
      class="tour"
      ref={panel}
      tabIndex={-1}
      aria-label="Guided tour"
      onKeyDown={({ key }) => key === 'Escape' && onMove(undefined)}
    >
      <p class="soft small">
        {stop + 1} of {stops.length}
      </p>
      <h2>{title}</h2>
      <p aria-live="polite">{text}</p>
      <div class="row">
        <button type="button" disabled={stop === 0} onClick={() => onMove(stop - 1)}>
          Back
        </button>
        <button type="button" class="primary" onClick={() => onMove(last ? undefined : stop + 1)}>
          {last ? 'Done' : 'Next'}
        </button>
        {!last && (
          <button type="button" onClick={() => onMove(undefined)}>
            Close
          </button>
        )}
      </div>
    </aside>
  );
}
