import express, { type Request, type Response } from 'express';
import { createHmac } from 'node:crypto';
import { Signer } from './clinic/signing';

class LinkSigner extends Signer {
  private readonly generation: number = 2;

  protected get digest(): string {
    return ['md5', 'sha1', 'sha256'][this.generation];
  }

  protected mac(payload: string): Buffer {
    return createHmac(this.digest, this.secret).update(payload).digest();
  }

  link(document: number, expires: number): string {
    const payload = `${document}.${expires}`;
    return `/documents/${document}?until=${expires}&sig=${this.sign(payload)}`;
  }
}

const signer = new LinkSigner(process.env.LINK_SECRET ?? '');
const app = express();

app.get('/links/:document', (req: Request, res: Response) => {
  const document = Number(req.params.document);
  if (!Number.isSafeInteger(document)) {
    res.status(404).json({ error: 'unknown document' });
    return;
  }
  const expires = Math.floor(Date.now() / 1000) + 900;
  res.json({ href: signer.link(document, expires) });
});

app.get('/documents/:document', (req: Request, res: Response) => {
  const until = Number(req.query.until);
  const payload = `${Number(req.params.document)}.${until}`;
  const fresh = until > Date.now() / 1000;
  if (!fresh || !signer.verify(payload, String(req.query.sig ?? ''))) {
    res.status(403).json({ error: 'link is not valid' });
    return;
  }
  res.json({ document: Number(req.params.document), pages: 4 });
});

app.listen(3000);
