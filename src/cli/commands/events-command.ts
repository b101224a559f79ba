import { Command, InvalidArgumentError, Option } from 'commander';
import { type SensorName, sensorNames } from '../../events/sensor/sensor-settings.ts';
import { openEvents } from '../../files/events/open-events.ts';
import { writtenFormats } from '../../files/events/write-events.ts';
import type { SensorSize } from '../../formats/events/events.ts';
import { convertEvents } from '../../jobs/events/convert-events.ts';
import { describeEvents, type EventDescription } from '../../jobs/events/describe-events.ts';
import { drawEvents } from '../../jobs/events/draw-events.ts';
import { simulateEvents } from '../../jobs/events/simulate-events.ts';
import { describedCommand } from '../described-command.ts';
import { mention } from '../mention.ts';
import { JobOption, options, positiveNumber, wholeNumber } from '../options.ts';
import { printLine } from '../print-table.ts';
import { evaluateEvents } from './events-evaluate.ts';

interface Reading {
  readonly sensorSize?: SensorSize;
  readonly json?: boolean;
}

interface Writing extends Reading {
  readonly output: string;
  readonly force?: boolean;
  readonly from?: number;
  readonly seconds?: number;
}

interface Converting extends Writing {
  readonly as?: string;
}

interface Simulating extends Converting {
  readonly sensor?: SensorName;
  readonly threshold?: number;
  readonly seed?: number;
}

/** `transpike events`: files of event cameras. */
export function eventsCommand(): Command {
  const events = describedCommand('events');
  for (const command of [info(), view(), convert(), simulate(), evaluateEvents()]) {
    events.addCommand(command.showHelpAfterError('(add --help for the options)').exitOverride());
  }
  return events.addHelpText(
    'after',
    `
Files: N-MNIST .bin, Prophesee .dat and .raw (EVT 2, EVT 3), AEDAT 2, 3.1 and 4, .npy, .npz, HDF5.

Examples:
  transpike events info recording.raw
  transpike events view recording.raw -o recording.html --seconds 2
  transpike events convert recording.aedat4 -o recording.h5
  transpike events simulate glyphs -o glyphs.raw --seconds 2 --size 128x96
  transpike events simulate photo.jpg -o photo.npz --sensor noisy
  transpike events evaluate hybrid/ --data event-glyphs:test,size=500,steps=6`,
  );
}

function info(): Command {
  return reading('info', 'Say how many events a file has, how long it is, and what is odd about it.').action(
    async (path: string, settings: Reading) => {
      const description = await describeEvents(await openEvents(path, { size: settings.sensorSize }));
      if (settings.json) console.log(JSON.stringify(description, null, 2));
      else for (const line of linesOf(description)) printLine(line);
    },
  );
}

function view(): Command {
  return part(reading('view', 'Draw the events of a file: a picture, or a page on which they move.'))
    .addOption(options.output('.png or .svg for a picture, .html for a page').makeOptionMandatory())
    .addOption(options.force())
    .action(async (path: string, settings: Writing) => {
      await drawEvents(await openEvents(path, { size: settings.sensorSize }), settings);
      told(settings, { output: settings.output }, `wrote ${settings.output}`);
    });
}

function convert(): Command {
  return part(reading('convert', 'Write the events of a file in another format.'))
    .addOption(options.output('.bin, .dat, .raw, .npz or .h5').makeOptionMandatory())
    .addOption(as())
    .addOption(options.force())
    .action(async (path: string, settings: Converting) => {
      const file = await openEvents(path, { size: settings.sensorSize });
      const written = await convertEvents(file, { ...settings, format: settings.as });
      for (const note of written.notes) mention(note);
      told(settings, written, `wrote ${written.events} events to ${written.output} (${written.format})`);
    });
}

function simulate(): Command {
  return new Command('simulate')
    .description(
      'Write what an event camera would send of moving glyphs, or of a picture that saccades move.',
    )
    .argument('<scene>', 'glyphs, or a picture')
    .addOption(options.output('.bin, .dat, .raw, .npz or .h5').makeOptionMandatory())
    .addOption(as())
    .addOption(
      new Option('--sensor <name>', 'what the pixels are like (default: everyday)').choices(sensorNames),
    )
    .addOption(
      new Option(
        '--threshold <C>',
        'change of log intensity that makes an event (default: that of the sensor, 0.2)',
      ).argParser(positiveNumber),
    )
    .addOption(size('pixels of the sensor (default: 64x64, or what goes with the picture)'))
    .addOption(
      new Option('--seconds <s>', 'length of a scene of glyphs (default: 1)').argParser(positiveNumber),
    )
    .addOption(new Option('--seed <N>', 'decides scene and noise (default: 0)').argParser(wholeNumber(0)))
    .addOption(options.force())
    .addOption(options.json())
    .action(async (scene: string, settings: Simulating) => {
      const { as: format, threshold, sensorSize, ...rest } = settings;
      const written = await simulateEvents(scene, {
        ...rest,
        format,
        size: sensorSize,
        ...(threshold !== undefined && {
          sensorSettings: { onThreshold: threshold, offThreshold: threshold },
        }),
      });
      const { events, width, height, seconds, output } = written;
      told(
        settings,
        written,
        `wrote ${events} events of ${seconds} s, ${width} × ${height} pixels, to ${output}`,
      );
    });
}

function reading(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<file>', 'a file of events')
    .addOption(
      size('pixels of the sensor, as 346x260 (default: what the file says, else the largest address)'),
    )
    .addOption(options.json());
}

function part(command: Command): Command {
  return command
    .addOption(
      new Option('--from <s>', 'where to begin, in seconds from the first event (default: 0)').argParser(
        Number,
      ),
    )
    .addOption(new Option('--seconds <s>', 'how much (default: all)').argParser(positiveNumber));
}

function size(what: string): Option {
  return new JobOption('sensorSize', what, 'WxH').argParser((text): SensorSize => {
    const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
    if (Number(width) > 0 && Number(height) > 0) return { width: Number(width), height: Number(height) };
    throw new InvalidArgumentError(
      `expected width and height in pixels, got '${text}'. Give for example 346x260.`,
    );
  });
}

function as(): Option {
  return new Option(
    '--as <format>',
    'format, where the extension leaves it open (default: evt3 for .raw)',
  ).choices(writtenFormats);
}

function told(settings: Reading, written: object, line: string): void {
  if (settings.json) console.log(JSON.stringify(written, null, 2));
  else printLine(line);
}

function linesOf(description: EventDescription): string[] {
  const { path, format, width, height, sizeFrom, events, on, off, first, last, duration, rate } = description;
  const says = { given: 'as given', file: 'the file says', events: 'the largest address' };
  const sensor = sizeFrom === 'nothing' ? 'of unknown size' : `${width} × ${height} (${says[sizeFrom]})`;
  const share = (count: number) => (events > 0 ? ((100 * count) / events).toFixed(1) : '0.0');
  const { busiest, activePixels, notes } = description;
  return [
    `${path}: ${format}, sensor ${sensor}`,
    `${events} events, ON ${share(on)} %, OFF ${share(off)} %`,
    ...(first !== undefined && last !== undefined
      ? [
          `from ${first} to ${last} µs: ${duration} s, ${Math.round(rate)} events a second`,
          `${activePixels} of ${width * height} pixels sent any; most events of one pixel: ${busiest?.events} at (${busiest?.x}, ${busiest?.y})`,
        ]
      : []),
    ...notes.map((note) => `note: ${note}`),
  ];
}
