/**
 * How an operator works in the spiking network. `spike`: additions that single spikes trigger. `analog`: every step
 * works on numbers, as in the source network. `stateful`: works on increments, but needs what has been accumulated.
 */
export type OperatorLabel = 'spike' | 'analog' | 'stateful';
