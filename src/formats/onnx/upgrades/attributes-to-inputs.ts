import { floatAttribute, intAttribute, intsAttribute } from '../../../graph/node.ts';
import { attributesWithout, defineUpgrade } from './define-upgrade.ts';

/** Opset 11: the bounds of Clip became inputs. */
export const clip = defineUpgrade({
  since: 11,
  change(of, build) {
    const bound = (key: string) =>
      of.attributes.has(key) ? build.scalar(`${of.name}.${key}`, floatAttribute(of, key)) : '';
    const inputs = withoutTrailingOmissions([of.inputs[0]!, bound('min'), bound('max')]);
    return { inputs, attributes: attributesWithout(of, 'min', 'max') };
  },
});

/** Opset 11: the widths of Pad and its value became inputs. */
export const pad = defineUpgrade({
  since: 11,
  change(of, build) {
    const pads = build.integers(`${of.name}.pads`, intsAttribute(of, 'pads'));
    const value = build.scalar(`${of.name}.value`, floatAttribute(of, 'value', 0));
    return { inputs: [of.inputs[0]!, pads, value], attributes: attributesWithout(of, 'pads', 'value') };
  },
});

/** Opset 10: where Slice begins and ends became inputs. */
export const slice = defineUpgrade({
  since: 10,
  change(of, build) {
    const starts = intsAttribute(of, 'starts');
    const axes = intsAttribute(of, 'axes', [...starts.keys()]);
    const integers = (key: string, values: readonly number[]) => build.integers(`${of.name}.${key}`, values);
    return {
      inputs: [
        of.inputs[0]!,
        integers('starts', starts),
        integers('ends', intsAttribute(of, 'ends')),
        integers('axes', axes),
      ],
      attributes: attributesWithout(of, 'starts', 'ends', 'axes'),
    };
  },
});

/** Opset 10: how many values TopK takes became an input. */
export const topK = defineUpgrade({
  since: 10,
  change(of, build) {
    const k = build.integers(`${of.name}.k`, [intAttribute(of, 'k')]);
    return { inputs: [of.inputs[0]!, k], attributes: attributesWithout(of, 'k') };
  },
});

function withoutTrailingOmissions(inputs: readonly string[]): string[] {
  return inputs.slice(0, inputs.findLastIndex(Boolean) + 1);
}
