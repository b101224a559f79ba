/**
 * McNemar's test of two networks on the same images, exact and two-sided: of the images that only one of the two gets right, were
 * both equally good, each half would fall to either (a binomial with p = ½).
 *
 * McNemar: Note on the sampling error of the difference between correlated proportions or percentages, Psychometrika 1947; in its
 * exact form the sign test.
 *
 * @param onlyFirst images that the first alone gets right
 * @param onlySecond images that the second alone gets right
 * @returns p in (0, 1]; 1 where they never differ
 */
export function mcnemarTest(onlyFirst: number, onlySecond: number): number {
  const trials = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // Sums of logarithms: 2^−trials alone would be 0 from 1075 images on.
  let logTerm = -trials * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k++) {
    logTerm += Math.log(trials - k + 1) - Math.log(k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
