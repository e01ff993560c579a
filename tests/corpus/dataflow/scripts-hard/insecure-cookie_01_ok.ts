import { randomBytes } from 'node:crypto';
import express, { CookieOptions, Request, Response } from 'express';
import { BASE_COOKIE, PREVIEW_COOKIE } from './lib/cookie-settings';

class CookieWriter {
  constructor(private readonly options: CookieOptions) {}

  write(res: Response, name: string, value: string): void {
    res.cookie(name, value, this.options);
  }
}

class PreviewSessions {
  private readonly active = new Map<string, number>();

  open(): string {
    const id = randomBytes(24).toString('hex');
    this.active.set(id, Date.now());
    return id;
  }

  get size(): number {
    return this.active.size;
  }
}

class PreviewController {
  constructor(private readonly sessions: PreviewSessions, private readonly cookies: CookieWriter) {}

  open = (_req: Request, res: Response): void => {
    this.cookies.write(res, 'preview', this.sessions.open());
    res.status(201).json({ open: this.sessions.size });
  };
}

const writer = new CookieWriter({ ...PREVIEW_COOKIE, ...BASE_COOKIE });
const controller = new PreviewController(new PreviewSessions(), writer);
const app = express();
app.post('/preview', controller.open);
app.listen(3000);
