import type { NetworkFacts, Settings } from '../network/answer.ts';
import type { ConvertChoice } from '../network/workbench.ts';
import { Slider } from '../parts/slider.tsx';

/** Dead zone of a ladder that rounds, as networks are converted with. */
const usualDeadZone = 0.5;

interface Props {
  readonly facts: NetworkFacts;
  readonly choice: ConvertChoice;
  readonly settings: Settings;
  /** Confidence at which the network would stop. */
  readonly confidence: number;
  readonly busy: boolean;
  readonly onChoice: (choice: ConvertChoice) => void;
  readonly onSettings: (settings: Settings) => void;
  readonly onConfidence: (confidence: number) => void;
}

/** Method, preset, T, scale of thresholds, dead zone, and when to stop. */
export function Controls({
  facts,
  choice,
  settings,
  confidence,
  busy,
  onChoice,
  onSettings,
  onConfidence,
}: Props) {
  const chosen = facts.methods.find(({ name }) => name === choice.method);
  const refit = settings.steps !== facts.fittedSteps;
  return (
    <section class="card" id="controls" aria-labelledby="controls-title">
      <h2 id="controls-title">Neurons</h2>
      <label class="field">
        <span>Method</span>
        <select
          value={choice.method}
          disabled={busy}
          onChange={(event) => {
            const method = facts.methods.find(({ name }) => name === event.currentTarget.value)!;
            onChoice({ ...choice, method: method.name, preset: method.defaultPreset, steps: settings.steps });
          }}
        >
          {facts.methods.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Preset</span>
        <select
          value={choice.preset}
          disabled={busy}
          onChange={(event) =>
            onChoice({ ...choice, preset: event.currentTarget.value, steps: settings.steps })
          }
        >
          {chosen?.presets.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <p class="soft small">{chosen?.summary}</p>
      <Slider
        name="Time-steps T"
        value={settings.steps}
        min={1}
        max={8}
        step={1}
        onChange={(steps) => onSettings({ ...settings, steps })}
      />
      {refit && (
        <p class="small">
          Thresholds were fitted for T = {facts.fittedSteps}.{' '}
          <button
            type="button"
            disabled={busy}
            onClick={() => onChoice({ ...choice, steps: settings.steps })}
          >
            Fit them for T = {settings.steps}
          </button>
        </p>
      )}
      <Slider
        name="Scale of thresholds"
        value={Math.log2(settings.scale)}
        min={-3}
        max={3}
        step={0.25}
        written={(value) => `× ${(2 ** value).toFixed(2)}`}
        onChange={(value) => onSettings({ ...settings, scale: 2 ** value })}
      />
      <Slider
        name="Dead zone"
        value={settings.deadZone ?? usualDeadZone}
        min={0}
        max={3}
        step={0.1}
        written={(value) => (facts.deadZone ? `${value.toFixed(1)} θ` : 'none')}
        disabled={!facts.deadZone}
        {...(!facts.deadZone && { hint: 'These neurons have none.' })}
        onChange={(deadZone) => onSettings({ ...settings, deadZone })}
      />
      <Slider
        name="Stop when sure to"
        value={confidence}
        min={0.5}
        max={0.99}
        step={0.01}
        written={(value) => `${Math.round(value * 100)} %`}
        onChange={onConfidence}
      />
      <button
        type="button"
        disabled={settings.scale === 1 && settings.deadZone === undefined}
        onClick={() => onSettings({ ...settings, scale: 1, deadZone: undefined })}
      >
        As converted
      </button>
    </section>
  );
}
