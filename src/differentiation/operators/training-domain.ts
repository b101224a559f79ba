/** Domain of the operators that exist for training only; each carries its meaning as a function of the model. */
export const trainingDomain = 'transpike.training';
