import { createReadStream, ReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export class DocumentStore {
  constructor(private readonly root: string) {}

  locate(name: string): string {
    return path.join(this.root, name);
  }

  open(name: string): ReadStream {
    return createReadStream(this.locate(name));
  }

  read(name: string): Promise<string> {
    return readFile(this.locate(name), 'utf8');
  }
}
