/** What the names of all keys in Redis begin with. */
export const queuePrefix = 'transpike';
