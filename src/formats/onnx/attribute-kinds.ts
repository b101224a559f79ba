/** Numbers of the attribute kinds in an ONNX file. */
export const attributeKinds = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

/** Location number of a tensor whose bytes lie in another file. */
export const externalLocation = 1;

/** Oldest and newest version of the standard operators that Transpike reads; the newest is that of ONNX Runtime 1.30. */
export const supportedOpsets = { oldest: 7, newest: 26 } as const;
