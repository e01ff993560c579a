import * as path from 'node:path';

export abstract class FileLocator {
  constructor(protected readonly root: string) {}

  protected abstract leaf(name: string): string;

  locate(name: string): string {
    return `${this.root}${path.sep}${this.leaf(name)}`;
  }
}
