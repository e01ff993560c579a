import Koa from 'koa';
import Router from '@koa/router';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const INBOX = '/var/spool/attachments';
const router = new Router();

class Attachment {
  readonly id = randomUUID();

  constructor(private readonly suggested: string) {}

  get name(): string {
    const name = this.suggested.normalize('NFC').trim();
    return name.replace('../', '').replace(/\0/g, '') || 'attachment';
  }

  get path(): string {
    return path.join(INBOX, this.id, `file-${this.name}`);
  }
}

router.put('/attachments', async (ctx) => {
  const header = ctx.get('x-file-name');
  if (!header) {
    ctx.throw(400, 'x-file-name is missing');
  }
  const attachment = new Attachment(decodeURIComponent(header));
  await mkdir(path.join(INBOX, attachment.id), { recursive: true });
  await pipeline(ctx.req, createWriteStream(attachment.path));
  ctx.status = 201;
  ctx.body = { id: attachment.id };
});

export const app = new Koa();
app.use(router.routes());
