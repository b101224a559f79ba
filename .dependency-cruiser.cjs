/** Folders of src in the order in which they may build on each other: each imports from itself and those before it. */
const layers = [
  'errors.ts',
  'entry-of.ts',
  'random.ts',
  'first-non-finite.ts',
  'look-up.ts',
  'web-assembly.ts',
  'results',
  'graph',
  'analysis',
  'formats',
  'files',
  'images',
  'data',
  'decoding',
  'datasets',
  'checkpoints',
  'architectures',
  'dynamics',
  'neurons',
  'spiking',
  'passes',
  'calibration',
  'methods',
  'interpreter',
  'kernels',
  'sessions',
  'native',
  'engines',
  'batching',
  'opening',
  'differentiation',
  'training',
  'quantisation',
  'metrics',
  'energy',
  'conversion',
  'diagnosis',
  'exporters',
  'runs',
  'evaluation',
  'workers',
  'tuning',
  'report',
  'cli',
  'api',
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

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Types may refer to each other (a graph has nodes, a node may have a graph); code may not',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
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
    ...upward,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
