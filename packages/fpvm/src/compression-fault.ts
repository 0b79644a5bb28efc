/** What zlib found wrong with compressed data, in words; undefined for any other error. */
export function compressionFault(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return 'its compressed data is cut short';
  if (code !== 'Z_DATA_ERROR') return undefined;
  const why = (error as Error).message;
  return `its compressed data is ${why === 'incorrect header check' ? 'not gzip, or other data follows it' : `damaged (${why})`}`;
}
