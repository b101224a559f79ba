/** What is at the path of a data set. Hidden entries are left out; names are in code-unit order. */
export interface DataLocation {
  /** Absolute path. */
  path: string;
  /** Last part of the path. */
  name: string;
  isFolder: boolean;
  /** Names of the files in the folder; empty for a file. */
  files: string[];
  /** Names of the folders in the folder; empty for a file. */
  folders: string[];
}

const imageName = /[^/]\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

/** Whether a file name has the extension of a picture, in any case. */
export function isImageName(name: string): boolean {
  return imageName.test(name);
}
