/** What the columns of costs are. */
export const comparisonLegend = [
  'rate: spikes per neuron and step; energy relative to the source network, estimates:',
  '(a) ECMT’s ratio: every spike one addition, nothing else is charged; (b) full estimate;',
  '(c) full estimate, ratio to the source network in as many bits as the spikes carry',
];
