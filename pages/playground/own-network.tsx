import { useState } from 'preact/hooks';

/** Largest ONNX file that is taken, in bytes. */
const mostBytes = 200 * 2 ** 20;

interface Props {
  readonly busy: boolean;
  /** Whether an own network is on the bench. */
  readonly own: boolean;
  readonly onOpen: (network: File, pictures: readonly File[]) => void;
  readonly onBundled: () => void;
}

/** Takes an ONNX file and pictures; nothing of them leaves the page. */
export function OwnNetwork({ busy, own, onOpen, onBundled }: Props) {
  const [network, setNetwork] = useState<File>();
  const [pictures, setPictures] = useState<readonly File[]>([]);
  const [over, setOver] = useState(false);
  const take = (files: readonly File[]) => {
    const model = files.find(({ name }) => name.endsWith('.onnx'));
    const others = files.filter(({ name }) => !name.endsWith('.onnx'));
    if (model) setNetwork(model);
    if (others.length > 0) setPictures(others);
  };
  const tooLarge = network && network.size > mostBytes;
  return (
    <section
      class={over ? 'card own over' : 'card own'}
      aria-labelledby="own-title"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <h2 id="own-title">Your own network</h2>
      <p class="soft small">
        Drop an <code>.onnx</code> file of up to 200 MB here, weights inside, and a few pictures that its
        thresholds are chosen on. It is converted in this page; nothing leaves your machine.
      </p>
      <label class="field">
        <span>Network</span>
        <input
          type="file"
          accept=".onnx"
          onChange={(event) => take([...(event.currentTarget.files ?? [])])}
        />
      </label>
      <label class="field">
        <span>Pictures</span>
        <input
          type="file"
          accept="image/*"
          multiple
          onChange={(event) => take([...(event.currentTarget.files ?? [])])}
        />
      </label>
      <p class="small" aria-live="polite">
        {network ? network.name : 'No network yet'}; {pictures.length}{' '}
        {pictures.length === 1 ? 'picture' : 'pictures'}
      </p>
      {tooLarge && <p class="error">{network.name} is larger than 200 MB. Use the command line for it.</p>}
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={busy || !network || pictures.length === 0 || tooLarge}
          onClick={() => network && onOpen(network, pictures)}
        >
          Convert and show
        </button>
        {own && (
          <button type="button" disabled={busy} onClick={onBundled}>
            Back to glyphs
          </button>
        )}
      </div>
    </section>
  );
}
