import { useEffect, useMemo, useState } from 'preact/hooks';
import { glyph } from '../network/glyph.ts';
import { EnergyChart } from '../parts/energy-chart.tsx';
import { ProbabilityBars } from '../parts/probability-bars.tsx';
import { type NamedPicture, readPictures } from '../parts/read-pictures.ts';
import { SpikesByBlock } from '../parts/spikes-by-block.tsx';
import { StepsChart } from '../parts/steps-chart.tsx';
import { useStepsShown } from '../parts/use-steps-shown.ts';
import { useBench } from './bench.ts';
import { Controls } from './controls.tsx';
import { Drawing } from './drawing.ts';
import { DrawingCanvas } from './drawing-canvas.tsx';
import { OwnNetwork } from './own-network.tsx';
import { PictureChoice } from './picture-choice.tsx';
import { Tour } from './tour.tsx';

/** Classes that bars are drawn for. */
const shownClasses = 5;

/** The page: what is drawn at the left, what the network makes of it in the middle, its settings at the right. */
export function Playground() {
  const drawing = useMemo(() => new Drawing(), []);
  const bench = useBench();
  const [example, setExample] = useState(0);
  const [version, setVersion] = useState(0);
  const [ended, setEnded] = useState(true);
  const [confidence, setConfidence] = useState(0.9);
  const [device, setDevice] = useState(0);
  const [tour, setTour] = useState<number>();
  const [pictures, setPictures] = useState<readonly NamedPicture[]>();
  const [chosen, setChosen] = useState(0);
  const [fileError, setFileError] = useState<string>();
  const { facts, answer, energy } = bench;
  const steps = answer?.steps.length ?? 0;
  const shown = useStepsShown(answer, steps, ended);
  const stop =
    (answer?.steps.findIndex(({ probabilities }) => Math.max(...probabilities) >= confidence) ?? -1) + 1 ||
    steps;

  const showExample = (index: number) => {
    drawing.show(glyph(index, 'test').picture);
    setExample(index + 1);
    setVersion((before) => before + 1);
    setEnded(true);
    bench.show(drawing.picture());
  };
  useEffect(() => showExample(0), []);

  const openOwn = async (network: File, files: readonly File[]) => {
    setFileError(undefined);
    try {
      const read = await readPictures(files);
      setPictures(read);
      setChosen(0);
      bench.openOwn(network, read);
    } catch (error) {
      setFileError(error instanceof Error ? error.message : String(error));
    }
  };
  const error = fileError ?? bench.error;
  const classNames = facts?.classNames ?? [];
  const estimate = energy?.[device];
  return (
    <>
      <header class="top">
        <div>
          <h1>Transpike playground</h1>
          <p class="soft">A Transformer that spikes, in this page and nowhere else.</p>
        </div>
        <button type="button" onClick={() => setTour(0)}>
          Take the tour
        </button>
      </header>
      {tour !== undefined && <Tour stop={tour} onMove={setTour} />}
      <main class="columns">
        <div class="left">
          <section class="card" id="sheet" aria-labelledby="sheet-title">
            <h2 id="sheet-title">{pictures ? 'Picture' : 'Draw a digit or a letter'}</h2>
            {pictures ? (
              <PictureChoice
                pictures={pictures}
                chosen={chosen}
                onChoose={(index) => {
                  setChosen(index);
                  setEnded(true);
                  bench.show(pictures[index]!.picture);
                }}
              />
            ) : (
              <>
                <DrawingCanvas
                  drawing={drawing}
                  version={version}
                  onStroke={(over) => {
                    setEnded(over);
                    bench.show(drawing.picture());
                  }}
                />
                <div class="row">
                  <button
                    type="button"
                    onClick={() => {
                      drawing.clear();
                      setVersion((before) => before + 1);
                      bench.show(drawing.picture());
                    }}
                  >
                    Clear
                  </button>
                  <button type="button" onClick={() => showExample(example)}>
                    Another example
                  </button>
                </div>
              </>
            )}
          </section>
          {facts && (
            <Controls
              facts={facts}
              choice={bench.choice}
              settings={bench.settings}
              confidence={confidence}
              busy={bench.stage !== undefined}
              onChoice={bench.convert}
              onSettings={bench.setSettings}
              onConfidence={setConfidence}
            />
          )}
        </div>
        <div class="right">
          <p class="status soft small" role="status">
            {bench.stage
              ? `${bench.stage} …`
              : facts && `${facts.name}: ${facts.method}, ${facts.preset}; ${facts.sites.length} spike sites`}
            {answer && !bench.stage && `; ${answer.milliseconds.toFixed(0)} ms for ${steps} steps`}
          </p>
          {error && (
            <p class="error" role="alert">
              {error}
            </p>
          )}
          {facts?.assumedPreprocess && (
            <p class="small">
              Nothing in the file says how pictures become inputs, so the usual way of ImageNet is assumed.
              Answers may be off if the network was trained otherwise.
            </p>
          )}
          <section class="card" id="answer" aria-labelledby="answer-title">
            <h2 id="answer-title">
              {answer && facts ? <Heading {...{ answer, classNames, stop }} /> : 'Answer'}
            </h2>
            {answer && (
              <div class="answer">
                <ProbabilityBars
                  classNames={classNames}
                  source={answer.source}
                  spiking={answer.steps[shown - 1]?.probabilities ?? []}
                  count={shownClasses}
                />
                {shown > 0 && (
                  <div>
                    <p class="soft small">Probability after each step; ◂ source network</p>
                    <StepsChart {...{ answer, classNames, shown, stop }} />
                  </div>
                )}
              </div>
            )}
          </section>
          <section class="card" id="spikes" aria-labelledby="spikes-title">
            <h2 id="spikes-title">
              Spikes of every block, where on the picture, and how many neurons sent one
            </h2>
            {answer && facts && <SpikesByBlock {...{ answer, shown, stop }} blocks={facts.blocks} />}
          </section>
          <section class="card" id="energy" aria-labelledby="energy-title">
            <h2 id="energy-title">Energy so far, beside the source network (estimate)</h2>
            {energy && estimate && (
              <>
                <label class="row small">
                  Device
                  <select value={device} onChange={(event) => setDevice(Number(event.currentTarget.value))}>
                    {energy.map(({ device: name }, i) => (
                      <option key={name} value={i}>
                        {name}
                      </option>
                    ))}
                  </select>
                </label>
                <EnergyChart energy={estimate} shown={Math.min(shown, estimate.ratios.length)} />
              </>
            )}
          </section>
          <OwnNetwork
            busy={bench.stage !== undefined}
            own={pictures !== undefined}
            onOpen={openOwn}
            onBundled={() => {
              setPictures(undefined);
              bench.openBundled();
              showExample(0);
            }}
          />
        </div>
      </main>
    </>
  );
}

interface HeadingProps {
  readonly answer: NonNullable<ReturnType<typeof useBench>['answer']>;
  readonly classNames: readonly string[];
  readonly stop: number;
}

/** The finding in a sentence. */
function Heading({ answer, classNames, stop }: HeadingProps) {
  const best = (of: readonly number[]) => of.indexOf(Math.max(...of));
  const T = answer.steps.length;
  const [spiking, source] = [best(answer.steps[stop - 1]!.probabilities), best(answer.source)];
  const when = stop < T ? `could stop after step ${stop} of ${T}` : `takes all ${T} steps`;
  return (
    <>
      The spiking network says <b class="said">{classNames[spiking]}</b> and {when};{' '}
      {spiking === source ? 'its source says the same' : `its source says ${classNames[source]}`}.
    </>
  );
}
