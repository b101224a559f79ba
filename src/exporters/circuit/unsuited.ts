/** Why a part of a network has no place in a circuit. */
export class Unsuited extends Error {}
