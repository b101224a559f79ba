/** Says which files a written model cannot do without. */
export function printReferences(files: readonly string[]): void {
  if (files.length === 0) return;
  console.log(`  weights stay in ${files.join(', ')}; keep the files together, or put them in with --bundle`);
}
