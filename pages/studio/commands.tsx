import { useState } from 'preact/hooks';
import type { CommandState } from '../../src/studio/started-commands.ts';
import { ask } from './api.ts';

const names = ['evaluate', 'convert', 'compare', 'tune'] as const;

/** What a command is usually given. */
const usual: Readonly<Record<(typeof names)[number], string>> = {
  evaluate:
    'models/glyphs-vit --calibrate glyphs:train --calibration-limit 64 -T 4 --data glyphs:test --limit 200',
  convert: 'models/glyphs-vit --calibrate glyphs:train --calibration-limit 64 -T 4 -o glyphs-vit.snn.onnx',
  compare:
    'models/glyphs-vit --methods ecmt,differential --calibrate glyphs:train --calibration-limit 64 -T 4 --data glyphs:test --limit 200',
  tune: 'models/glyphs-vit --calibrate glyphs:train --calibration-limit 64 -T 4 --frontier frontier.json -o tuned.snn.onnx',
};

interface Props {
  readonly commands: readonly CommandState[];
}

/** Starts commands, and shows those that were started, each with the line to type for the same. */
export function Commands({ commands }: Props) {
  const [name, setName] = useState<(typeof names)[number]>('evaluate');
  const [rest, setRest] = useState(usual.evaluate);
  const [error, setError] = useState<string>();
  const send = async (path: string, given: unknown) => {
    setError(undefined);
    await ask(path, given).catch((failure: Error) => setError(failure.message));
  };
  return (
    <section class="card" aria-labelledby="commands-title">
      <h2 id="commands-title">Start</h2>
      <form
        class="row start"
        onSubmit={(event) => {
          event.preventDefault();
          void send('/api/commands', { args: [name, ...words(rest)] });
        }}
      >
        <label>
          <span class="out-of-sight">Command</span>
          <code>transpike</code>{' '}
          <select
            value={name}
            onChange={(event) => {
              const next = event.currentTarget.value as typeof name;
              if (rest === usual[name]) setRest(usual[next]);
              setName(next);
            }}
          >
            {names.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <input
          type="text"
          class="line"
          aria-label="Arguments"
          value={rest}
          spellcheck={false}
          onInput={(event) => setRest(event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          Start
        </button>
      </form>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <ul class="started">
        {[...commands].reverse().map((command) => (
          <Started key={command.id} command={command} onSend={send} />
        ))}
      </ul>
    </section>
  );
}

interface StartedProps {
  readonly command: CommandState;
  readonly onSend: (path: string, given: unknown) => void;
}

function Started({ command, onSend }: StartedProps) {
  const { id, line, state, said } = command;
  return (
    <li>
      <div class="row">
        <span class="state">{state}</span>
        <code class="grow">{line}</code>
        {state === 'running' ? (
          <button type="button" onClick={() => onSend(`/api/commands/${id}/stop`, {})}>
            Stop
          </button>
        ) : (
          <button type="button" onClick={() => onSend(`/api/commands/${id}/resume`, {})}>
            {state === 'stopped' ? 'Resume' : 'Run again'}
          </button>
        )}
      </div>
      {said && (
        <details open={state === 'failed'}>
          <summary class="small">what it says</summary>
          <pre class="small">{said}</pre>
        </details>
      )}
    </li>
  );
}

/** Splits a line into words as a shell does: by spaces, but not within quotes. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
}
