import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import AdmZip from 'adm-zip';

const s3 = new S3Client({});
const TARGET = '/tmp/site';

function* files(buffer) {
  for (const entry of new AdmZip(buffer).getEntries()) {
    if (!entry.isDirectory) {
      yield [entry.entryName, entry.getData()];
    }
  }
}

function place(name) {
  const location = path.join(TARGET, name);
  const relative = path.relative(location, TARGET);
  return path.isAbsolute(relative) ? null : location;
}

export async function handler(event) {
  let written = 0;
  for (const { s3: source } of event.Records) {
    const object = await s3.send(
      new GetObjectCommand({ Bucket: source.bucket.name, Key: decodeURIComponent(source.object.key) }),
    );
    const buffer = Buffer.from(await object.Body.transformToByteArray());
    for (const [name, data] of files(buffer)) {
      const location = place(name);
      if (location !== null) {
        await mkdir(path.dirname(location), { recursive: true });
        await writeFile(location, data);
        written += 1;
      }
    }
  }
  return { written };
}
