import { useEffect, useState } from 'preact/hooks';
import { useListing } from './api.ts';
import { CompareView } from './compare-view.tsx';
import { FrontierView } from './frontier-view.tsx';
import { RunView } from './run-view.tsx';
import { RunsView } from './runs-view.tsx';

/** The whole page: what is shown stands behind the # of its address. */
export function Studio() {
  const [view = 'runs', ...names] = usePlace();
  const { listing, lost } = useListing();
  const tabs = [
    { name: 'runs', title: 'Runs', at: '#/runs' },
    { name: 'frontier', title: 'Frontier', at: '#/frontier' },
  ];
  return (
    <>
      <header class="bar">
        <h1>
          <a href="#/runs">Transpike studio</a>
        </h1>
        <nav aria-label="Views">
          {tabs.map(({ name, title, at }) => (
            <a key={name} href={at} aria-current={view === name ? 'page' : undefined}>
              {title}
            </a>
          ))}
          <a href="/play/">Playground</a>
        </nav>
      </header>
      <main class="view">
        {lost && (
          <p class="error" role="status">
            The studio does not answer. Start it again: transpike studio
          </p>
        )}
        {!listing && !lost && <p class="soft">reading runs …</p>}
        {listing && view === 'runs' && <RunsView listing={listing} />}
        {listing && view === 'frontier' && <FrontierView runs={listing.runs} />}
        {listing && view === 'compare' && <CompareView folders={names} runs={listing.runs} />}
        {view === 'run' && names[0] !== undefined && (
          <RunView folder={names[0]} row={listing?.runs.find(({ folder }) => folder === names[0])} />
        )}
      </main>
    </>
  );
}

/** The parts of the address behind #. */
function usePlace(): string[] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const listen = () => setHash(location.hash);
    addEventListener('hashchange', listen);
    return () => removeEventListener('hashchange', listen);
  }, []);
  return hash.split('/').slice(1).map(decodeURIComponent);
}
