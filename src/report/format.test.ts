import { describe, expect, it } from 'vitest';
import { count, energy, interval, percent, points, short, shortNames } from './format.ts';
import { html, jsonScript } from './html.ts';
import { placeLabels, spreadLabels } from './label-places.ts';

describe('numbers in reports', () => {
  it('have their units and the digits that matter', () => {
    expect([percent(0.7723), percent(null), percent(1, 0)]).toEqual(['77.2 %', '–', '100 %']);
    expect(interval([0.734, 0.806])).toBe('73.4–80.6');
    expect([points(-0.02), points(0.01)]).toEqual(['2.0 points', '1.0 point']);
    expect([short(0.42512), short(0), short(12345), short(2e7), short(null)]).toEqual([
      '0.425',
      '0',
      '12300',
      '2.00e+7',
      '–',
    ]);
    expect([energy(12), energy(3900), energy(7.04e6)]).toEqual(['12 nJ', '3.9 µJ', '7.04 mJ']);
    expect([count(1, 'image'), count(2000, 'image')]).toEqual(['1 image', '2,000 images']);
  });
});

describe('names in reports', () => {
  it('stay as they are where they fit, and lose what all share, then their middle, where not', () => {
    const names = ['net.blocks.0.attn.qkv.in', 'net.blocks.11.mlp.fc1.in'];
    expect(names.map(shortNames(names, 30))).toEqual(names);
    expect(names.map(shortNames(names, 16))).toEqual(['0.attn.qkv.in', '11.mlp.fc1.in']);
    const cut = shortNames(names, 8)(names[0]!);
    expect(cut).toBe('0.…kv.in');
    expect(shortNames(['alone.in'], 30)('alone.in')).toBe('alone.in');
    expect(shortNames([], 30)('any')).toBe('any');
  });
});

describe('labels of charts', () => {
  it('move apart and stay in the chart, in their order', () => {
    const places = spreadLabels(
      [
        { label: 'a', y: 95 },
        { label: 'b', y: 96 },
        { label: 'c', y: 20 },
      ],
      15,
      100,
    );
    expect(places).toEqual([
      { label: 'c', y: 20 },
      { label: 'a', y: 85 },
      { label: 'b', y: 100 },
    ]);
  });

  it('stand above their points, below where that is taken, or nowhere', () => {
    const at = (x: number, y: number) => ({ x, y, text: 'T=1' });
    expect(placeLabels([at(0, 50), at(100, 50)])).toEqual([-12, -12]);
    expect(placeLabels([at(0, 50), at(12, 50)])).toEqual([-12, 12]);
    expect(placeLabels([at(0, 50), at(10, 50), at(5, 50)])).toEqual([-12, 12, undefined]);
  });
});

describe('pages', () => {
  it('escape what they are given', () => {
    const name = `<b title="x">'&`;
    expect(html`<p>${name}</p>${undefined}${[html`<i>${1}</i>`]}`.text).toBe(
      '<p>&#60;b title=&#34;x&#34;&#62;&#39;&#38;</p><i>1</i>',
    );
    const { text } = jsonScript('a.json', JSON.stringify({ name: '</script><script>alert(1)' }));
    expect(text.match(/<\/script>/g)).toHaveLength(1);
    expect(JSON.parse(text.replace(/<[^>]*>/g, ''))).toEqual({ name: '</script><script>alert(1)' });
  });
});
