interface Props {
  readonly name: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** How the value is written; default: as it is. */
  readonly written?: (value: number) => string;
  readonly disabled?: boolean;
  /** What it does, in a line. */
  readonly hint?: string;
  readonly onChange: (value: number) => void;
}

/** A number that is set by sliding, with its name and value above. */
export function Slider({
  name,
  value,
  min,
  max,
  step,
  written = String,
  disabled = false,
  hint,
  onChange,
}: Props) {
  return (
    <label class="field">
      <span>
        {name} <span class="number">{written(value)}</span>
      </span>
      <input
        type="range"
        {...{ min, max, step, value, disabled }}
        aria-valuetext={written(value)}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      {hint && <span class="soft small">{hint}</span>}
    </label>
  );
}
