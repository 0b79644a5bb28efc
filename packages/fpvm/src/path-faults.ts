// What the system says of a name that is of no file, in words; of reading and of writing alike.
const faults: Record<string, string> = {
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENXIO: 'it is a socket, or a device that is not there',
  ENODEV: 'it is a device that is not there',
  EIO: 'its device fails, or gives nothing',
};

/** The words for the system's error; undefined where it has none. */
export function pathFault(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? faults[String(error.code)] : undefined;
}
