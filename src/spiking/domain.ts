/** ONNX domain of spiking neurons and of the operators that open and close the time axis. */
export const domain = 'transpike';

/** Version of that domain in saved models. */
export const domainVersion = 1;

/** Initializer, int64 [1], that holds the number of time-steps T of a spiking model. */
export const stepsName = 'transpike.steps';
