import type { Answer, StepAnswer } from '../network/answer.ts';
import { HeatMap } from './heat-map.tsx';

interface Props {
  readonly answer: Answer;
  readonly blocks: readonly string[];
  /** Steps that are shown. */
  readonly shown: number;
  /** Step at which the network would have stopped. */
  readonly stop: number;
}

/** Spikes of every block at every step, as maps over the picture with the share of neurons that spiked. */
export function SpikesByBlock({ answer, blocks, shown, stop }: Props) {
  const ranges = blocks.map((_, b) => rangeOf(answer.steps.flatMap(({ blocks: of }) => of[b]?.map ?? [])));
  return (
    <div class="scroll">
      <table class="blocks">
        <thead>
          <tr>
            <th scope="col">block</th>
            {answer.steps.map((_, t) => (
              <th scope="col" key={t} class={t + 1 === stop ? 'stop' : undefined}>
                t = {t + 1}
                {t + 1 === stop && <span>■ stops</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {blocks.map((name, b) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {answer.steps.map((step, t) => (
                <td key={t} class={t < shown ? 'eased' : 'eased later'}>
                  <Spikes
                    step={step}
                    block={b}
                    range={ranges[b] ?? [0, 1]}
                    neurons={answer.neurons[b] ?? 1}
                    name={`${name}, step ${t + 1}`}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Fewest and most, so that differences are seen where all places spike much. */
function rangeOf(amounts: readonly number[]): [number, number] {
  return [Math.min(...amounts), Math.max(1, ...amounts)];
}

interface SpikesProps {
  readonly step: StepAnswer;
  readonly block: number;
  readonly range: readonly [number, number];
  readonly neurons: number;
  readonly name: string;
}

function Spikes({ step, block, range, neurons, name }: SpikesProps) {
  const spikes = step.blocks[block];
  if (!spikes) return null;
  const share = `${((spikes.count / neurons) * 100).toFixed(0)} %`;
  const count = Math.round(spikes.count).toLocaleString('en');
  return (
    <>
      {spikes.map.length > 0 && (
        <HeatMap
          values={spikes.map}
          width={spikes.width}
          range={range}
          label={`${name}: where its ${count} spikes are`}
        />
      )}
      <span class="small soft" title={`${count} spikes of ${neurons.toLocaleString('en')} neurons`}>
        {share}
      </span>
    </>
  );
}
