import { useState } from 'preact/hooks';
import type { RunRow } from '../../src/studio/run-rows.ts';
import type { Listing } from './api.ts';
import { Commands } from './commands.tsx';
import { percent, ratio, stateMark } from './written.ts';

interface Column {
  readonly title: string;
  readonly amount?: boolean;
  readonly value: (row: RunRow) => string | number | undefined;
  readonly written?: (row: RunRow) => string;
}

const bestOf = (row: RunRow) => (row.best === undefined ? undefined : row.steps[row.best]);

const columns: readonly Column[] = [
  { title: 'State', value: ({ state }) => state, written: ({ state }) => `${stateMark(state)} ${state}` },
  { title: 'Network', value: ({ network }) => network },
  { title: 'Method', value: ({ method }) => method },
  { title: 'T', amount: true, value: (row) => bestOf(row)?.t },
  {
    title: 'Best',
    amount: true,
    value: (row) => bestOf(row)?.quality ?? undefined,
    written: (row) => percent(bestOf(row)?.quality),
  },
  {
    title: 'Agreement',
    amount: true,
    value: (row) => bestOf(row)?.agreement ?? undefined,
    written: (row) => percent(bestOf(row)?.agreement),
  },
  {
    title: 'Energy (a)',
    amount: true,
    value: (row) => bestOf(row)?.ecmtRatio,
    written: (row) => ratio(bestOf(row)?.ecmtRatio),
  },
  {
    title: 'Full estimate',
    amount: true,
    value: (row) => Object.values(bestOf(row)?.fullRatios ?? {})[0],
    written: (row) => ratio(Object.values(bestOf(row)?.fullRatios ?? {})[0]),
  },
  {
    title: 'Date',
    value: ({ date }) => date,
    written: ({ date }) => date?.slice(0, 16).replace('T', ' ') ?? '',
  },
];

interface Props {
  readonly listing: Listing;
}

/** All folders of runs, sorted and filtered, and the commands that were started here. */
export function RunsView({ listing }: Props) {
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useState({ column: 'Date', down: true });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shown = sorted(
    listing.runs.filter((row) => fits(row, filter)),
    order,
  );
  const compared = [...chosen].filter((folder) => listing.runs.some((row) => row.folder === folder));
  return (
    <>
      <Commands commands={listing.commands} />
      <section class="card" aria-labelledby="runs-title">
        <h2 id="runs-title">
          {listing.runs.length} folders in <code>{listing.root}</code>
        </h2>
        <div class="row filter">
          <label>
            Filter{' '}
            <input
              type="text"
              value={filter}
              placeholder="name, method, state, tag"
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
          </label>
          {compared.length < 2 ? (
            <span class="soft small">Choose two runs to compare them</span>
          ) : (
            <a class="button" href={`#/compare/${compared.map(encodeURIComponent).join('/')}`}>
              Compare {compared.length} chosen
            </a>
          )}
        </div>
        <div class="scroll">
          <table class="runs">
            <thead>
              <tr>
                <th scope="col">
                  <span class="out-of-sight">choose</span>
                </th>
                <th scope="col">Run</th>
                {columns.map(({ title, amount }) => (
                  <th
                    key={title}
                    scope="col"
                    class={amount ? 'amount' : undefined}
                    aria-sort={order.column === title ? (order.down ? 'descending' : 'ascending') : undefined}
                  >
                    <button
                      type="button"
                      class="plain"
                      onClick={() =>
                        setOrder({ column: title, down: order.column === title ? !order.down : true })
                      }
                    >
                      {title}
                      {order.column === title && <span aria-hidden="true">{order.down ? ' ↓' : ' ↑'}</span>}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row.folder}>
                  <td>
                    {row.steps.length > 0 && (
                      <input
                        type="checkbox"
                        aria-label={`choose ${row.name}`}
                        checked={chosen.has(row.folder)}
                        onChange={() => setChosen(toggled(chosen, row.folder))}
                      />
                    )}
                  </td>
                  <th scope="row">
                    <RunName row={row} />
                  </th>
                  {columns.map(({ title, amount, value, written }) => (
                    <td key={title} class={amount ? 'amount' : undefined}>
                      {written ? written(row) : value(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {shown.length === 0 && (
          <p class="soft">
            {listing.runs.length === 0
              ? 'There are no runs yet. Start one above.'
              : 'No run fits the filter.'}
          </p>
        )}
      </section>
    </>
  );
}

function RunName({ row }: { readonly row: RunRow }) {
  const shown =
    row.state === 'finished' ? <a href={`#/run/${encodeURIComponent(row.folder)}`}>{row.name}</a> : row.name;
  return (
    <>
      {shown}
      {row.tags.map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      ))}
      {row.problem && <div class="small soft problem">{row.problem}</div>}
      {row.progress && row.state !== 'finished' && (
        <Progress {...row.progress} live={row.state === 'running'} />
      )}
    </>
  );
}

interface ProgressProps {
  readonly done: number;
  readonly total?: number;
  readonly seconds: number;
  readonly live: boolean;
}

function Progress({ done, total, seconds, live }: ProgressProps) {
  const left = total !== undefined && done > 0 ? ((total - done) * seconds) / done : undefined;
  return (
    <div class="small soft">
      {total !== undefined && <progress value={done} max={total} aria-label="images done" />} {done}
      {total !== undefined && ` of ${total}`} images
      {live &&
        left !== undefined &&
        left > 0 &&
        `, about ${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left`}
    </div>
  );
}

function fits(row: RunRow, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [row.name, row.folder, row.state, row.network, row.method, row.kind, ...row.tags]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

function sorted(rows: readonly RunRow[], { column, down }: { column: string; down: boolean }): RunRow[] {
  const value = columns.find(({ title }) => title === column)?.value ?? (() => undefined);
  const known = rows.filter((row) => value(row) !== undefined);
  const unknown = rows.filter((row) => value(row) === undefined);
  known.sort((a, b) => {
    const [left, right] = [value(a)!, value(b)!];
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left).localeCompare(String(right));
    return down ? -order : order;
  });
  return [...known, ...unknown];
}

function toggled(chosen: ReadonlySet<string>, folder: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(folder)) next.add(folder);
  return next;
}
