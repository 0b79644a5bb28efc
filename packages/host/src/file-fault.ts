/** Why a file or folder cannot be had, in words; `error` is what the system says. */
export function fileFault(path: string, error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: `there is no ${path}`,
    EISDIR: `${path} is a folder`,
    ENOTDIR: `${path} is not a folder, or lies in what is none`,
    EACCES: `no permission for ${path}`,
    EPERM: `no permission for ${path}`,
    ELOOP: `the symbolic links of ${path} lead in a circle`,
    ENAMETOOLONG: `the name ${path.slice(0, 40)}… is too long`,
    ENXIO: `${path} is a socket, or a device that is not there`,
    ENODEV: `${path} is a device that is not there`,
    EINVAL: `${path} cannot be read as a file`,
    EROFS: `${path} is on a file system that is read only`,
    ENOSPC: 'no space is left on its device',
    EIO: `the device of ${path} fails, or gives nothing`,
  };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
