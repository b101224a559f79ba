import { basename } from 'node:path';
import type { StreamPart } from '../../events/event-picture.ts';
import type { EventFile } from '../../files/events/open-events.ts';
import { EventWriter } from '../../formats/events/events.ts';

/** Events that fit on a page of some megabytes. */
const mostEvents = 400_000;

/** A page that stands alone, on which the events of a part of a file move; of longer parts it has the beginning, and says so. */
export async function eventPage(file: EventFile, part: StreamPart): Promise<string> {
  const { width, height } = file;
  const writer = new EventWriter();
  let first: number | undefined;
  let left = 0;
  for await (const { t, x, y, p } of file.chunks()) {
    first ??= t[0] ?? 0;
    const begin = first + part.from * 1e6;
    for (let i = 0; i < t.length; i++) {
      if (t[i]! < begin || t[i]! - begin > part.seconds * 1e6) continue;
      if (writer.count < mostEvents) writer.push(t[i]! - begin, x[i]!, y[i]!, p[i]!);
      else left++;
    }
  }
  const { t, x, y, p } = writer.take();
  const scale = Math.max(1, Math.round(640 / width));
  const name = escapeText(basename(file.path));
  const shown = `${t.length.toLocaleString('en')} events${left > 0 ? `, the first ones; ${left.toLocaleString('en')} more are left out` : ''}`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${name}</title>
<style>body{font:15px system-ui,sans-serif;margin:2em auto;max-width:${Math.max(scale * width, 320)}px;padding:0 1em;color:#222;background:#fff}
canvas{width:100%;image-rendering:pixelated;border:1px solid #ccc}input[type=range]{width:100%}label{margin-right:1.5em}
@media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}}</style>
<h1>${name}</h1><p>${shown}; sensor ${width} × ${height}. Orange: ON, blue: OFF.</p>
<canvas id="view" width="${width}" height="${height}" role="img" aria-label="Events of the sensor over time"></canvas>
<p><input id="time" type="range" min="0" max="1" step="0.0005" value="0" aria-label="Time"></p>
<p><button id="play">Pause</button> <label>Speed <select id="speed"><option>0.02<option>0.1<option selected>0.25<option>1</select></label>
<label>Shown for <select id="decay"><option>5<option selected>20<option>50<option>200</select> ms</label> <output id="now"></output></p>
<script>
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const t = new Float32Array(bytes('${base64(Float32Array.from(t, (time) => time / 1000))}'));
const x = new Uint16Array(bytes('${base64(x)}')), y = new Uint16Array(bytes('${base64(y)}')), p = new Uint8Array(bytes('${base64(p)}'));
const [view, time, play, speed, decay, now] = ['view', 'time', 'play', 'speed', 'decay', 'now'].map((id) => document.getElementById(id));
const context = view.getContext('2d'), image = context.createImageData(view.width, view.height), end = t.length ? t[t.length - 1] : 1;
let playing = !matchMedia('(prefers-reduced-motion: reduce)').matches, last, at = playing ? 0 : end / 2;
function find(ms) { let low = 0, high = t.length; while (low < high) { const mid = (low + high) >> 1; if (t[mid] < ms) low = mid + 1; else high = mid; } return low; }
function draw() {
  image.data.fill(255);
  const length = Number(decay.value);
  for (let i = find(at - length), to = find(at); i < to; i++) {
    const fade = 1 - (at - t[i]) / length, pixel = 4 * (y[i] * view.width + x[i]), ink = p[i] ? [214, 94, 0] : [0, 114, 178];
    for (let c = 0; c < 3; c++) image.data[pixel + c] = 255 + (ink[c] - 255) * (0.25 + 0.75 * fade);
  }
  context.putImageData(image, 0, 0);
  time.value = at / end; now.value = at.toFixed(1) + ' ms'; play.textContent = playing ? 'Pause' : 'Play';
}
function tick(clock) { if (playing) { at += last === undefined ? 0 : (clock - last) * Number(speed.value); if (at > end) at = 0; draw(); } last = clock; requestAnimationFrame(tick); }
play.onclick = () => { playing = !playing; draw(); };
time.oninput = () => { playing = false; at = Number(time.value) * end; draw(); };
decay.onchange = draw;
draw(); requestAnimationFrame(tick);
</script></html>
`;
}

function base64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
