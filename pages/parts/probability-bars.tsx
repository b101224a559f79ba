interface Props {
  readonly classNames: readonly string[];
  readonly source: readonly number[];
  readonly spiking: readonly number[];
  /** How many classes. */
  readonly count: number;
}

/** The most likely classes: bars of the spiking network, a mark where the source network has them, and both numbers. */
export function ProbabilityBars({ classNames, source, spiking, count }: Props) {
  const likely = spiking
    .map((probability, index) => ({ index, probability, source: source[index] ?? 0 }))
    .sort((a, b) => Math.max(b.probability, b.source) - Math.max(a.probability, a.source))
    .slice(0, count);
  return (
    <table class="bars">
      <thead>
        <tr>
          <th scope="col">class</th>
          <td aria-hidden="true" />
          <th scope="col" class="amount">
            spiking <span aria-hidden="true" class="swatch" />
          </th>
          <th scope="col" class="amount">
            source <span aria-hidden="true" class="mark-key" />
          </th>
        </tr>
      </thead>
      <tbody>
        {likely.map((each) => (
          <tr key={each.index}>
            <th scope="row">{classNames[each.index]}</th>
            <td aria-hidden="true" class="track">
              <div>
                <span class="bar eased" style={{ width: `${each.probability * 100}%` }} />
                <span class="mark eased" style={{ left: `${each.source * 100}%` }} />
              </div>
            </td>
            <td class="amount">{percent(each.probability)}</td>
            <td class="amount">{percent(each.source)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
