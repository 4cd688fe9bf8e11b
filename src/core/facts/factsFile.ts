/** Whether a file is meant as shared facts: runbooks are Markdown. */
export function isFactsFile(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}
