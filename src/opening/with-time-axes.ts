import { UsageError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { giveTimeAxis, inputsOverTime, type Presentation } from '../spiking/inputs-over-time.ts';
import { networkKind } from '../spiking/network-kind.ts';

const ending = /=(current|running-mean)$/;

/**
 * Gives inputs of a source network a time axis.
 *
 * @param names of inputs; `name=current` shows the network every step by itself
 * @throws UsageError for a spiking network, which was made with or without; GraphError if an input cannot have one
 */
export function withTimeAxes(model: Model, where: string, names: readonly string[] = []): Model {
  if (names.length === 0) return model;
  const known = [...inputsOverTime(model).keys()];
  if (networkKind(model).spiking) {
    throw new UsageError({
      where,
      expected: 'a source network, whose inputs can be given a time axis',
      got: `a spiking network ${known.length > 0 ? `made with one for ${known.join(', ')}` : 'made without'}`,
      remedy: known.length > 0 ? 'Leave it out' : 'Convert the source network with it',
      means: ['overTime'],
    });
  }
  const inputs = names.map((text): [string, Presentation] => {
    const presentation = ending.exec(text)?.[1] as Presentation | undefined;
    return [text.replace(ending, ''), presentation ?? 'running-mean'];
  });
  return giveTimeAxis(model, Object.fromEntries(inputs));
}
