/** Folders of src in the order in which they may build on each other: each imports from itself and those before it. */
const layers = [
  'errors.ts',
  'shortage.ts',
  'random.ts',
  'first-non-finite.ts',
  'counted.ts',
  'look-up.ts',
  'catalogue.ts',
  'web-assembly.ts',
  'results',
  'graph',
  'analysis',
  'interpreter',
  'formats',
  'files',
  'hub',
  'images',
  'events',
  'text',
  'signals',
  'data',
  'decoding',
  'datasets',
  'checkpoints',
  'architectures',
  'dynamics',
  'neurons',
  'spiking',
  'detection',
  'passes',
  'hybrid',
  'opening',
  'calibration',
  'methods',
  'citations',
  'kernels',
  'sessions',
  'web',
  'native',
  'quantisers',
  'engines',
  'generation',
  'batching',
  'differentiation',
  'training',
  'quantisation',
  'metrics',
  'tasks',
  'energy',
  'hardware',
  'conversion',
  'diagnosis',
  'exporters',
  'extensions',
  'runs',
  'evaluation',
  'workers',
  'tuning',
  'queue',
  'retrieval',
  'tables',
  'finetuning',
  'report',
  'studio',
  'jobs',
  'cli',
  'conformance',
  'api',
  'browser.ts',
  'index.ts',
  'internals.ts',
];

const places = layers.map((layer) => `^src/${layer}(/|$)`);

const upward = layers.slice(0, -1).map((layer, i) => ({
  name: `${layer.replace('.ts', '')}-imports-only-downward`,
  severity: 'error',
  comment: `src/${layer} must not know what is built on it`,
  from: { path: `^src/${layer}(/|$)`, pathNot: '\\.(test|fixture)\\.ts$' },
  to: {
    path: layers
      .slice(i + 1)
      .map((above) => `^src/${above}(/|$)`)
      .join('|'),
  },
}));

/**
 * Rooms, and in mixed rooms folders and files, that may touch the machine they run on. All others, new ones too, are the core, which
 * runs in a browser as well. (Members of `datasets` open files.)
 */
const outer = [
  'files',
  'hub',
  'decoding',
  'datasets',
  'extensions',
  'native',
  'opening',
  'training/recipe',
  'training/run',
  'training/index.ts',
  'finetuning/run',
  'runs',
  'workers',
  'tuning/search/tuning-journal.ts',
  'queue',
  'report/write-report.ts',
  'studio',
  'jobs',
  'cli',
  'conformance',
  'api',
  'index.ts',
  'internals.ts',
];

const outerPlaces = outer.map((place) => `^src/${place}(/|$)`);
const core = { path: '^src/', pathNot: ['\\.(test|fixture)\\.ts$', ...outerPlaces] };
const handIn =
  'Node, sharp and the native runtime are for the outer rooms: hand in bytes, a ByteSource, or what is installed at the start';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment:
        'Files that need each other, types included, are one thought in two places, or one of them knows too much',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '\\.(test|fixture)\\.ts$' },
    },
    {
      name: 'every-folder-has-its-place',
      severity: 'error',
      comment: 'Add new folders of src to the layers in .dependency-cruiser.cjs',
      from: { path: '^src/', pathNot: ['\\.(test|fixture)\\.ts$', ...places] },
      to: {},
    },
    {
      name: 'what-imports-nothing-has-its-place-too',
      severity: 'error',
      comment: 'Add new folders of src to the layers in .dependency-cruiser.cjs',
      from: { path: '^src/' },
      to: { path: '^src/', pathNot: ['\\.(test|fixture)\\.ts$', ...places] },
    },
    {
      name: 'the-core-knows-no-node',
      severity: 'error',
      comment: handIn,
      from: core,
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the-core-needs-no-other-package',
      severity: 'error',
      comment: handIn,
      from: core,
      to: {
        path: 'node_modules/(?!@bufbuild/protobuf/|@huggingface/tokenizers/|@observablehq/plot/|linkedom/|ml-matrix/|zod/)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-core-builds-on-no-outer-room',
      severity: 'error',
      comment: `${handIn}. Types may be imported`,
      from: core,
      to: { path: outerPlaces, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-hub-is-loaded-when-it-is-named',
      severity: 'error',
      comment: 'Import it dynamically: whoever opens a file loads nothing of it',
      from: { pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: 'node_modules/@huggingface/hub/', dynamic: false },
    },
    {
      name: 'properties-are-tested-on-the-same-cases-everywhere',
      severity: 'error',
      comment: 'Import fc from src/properties.fixture.ts, which seeds it',
      from: { path: '^src/', pathNot: '^src/properties\\.fixture\\.ts$' },
      to: { path: 'node_modules/fast-check/' },
    },
    {
      name: 'redis-is-loaded-when-a-queue-is-named',
      severity: 'error',
      comment: 'Import src/queue/index.ts dynamically: whoever works on one machine loads nothing of Redis',
      from: { path: '^src/(?!queue/)', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^src/queue/(?!queue-address)', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    ...upward,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
