import express, { NextFunction, Request, Response } from 'express';
import { PageReader, Preview } from './lib/page-reader';

interface HostPolicy {
  permits(url: URL): boolean;
}

class PreviewPolicy implements HostPolicy {
  private readonly hosts = new Set(['news.example.com', 'blog.example.com', 'docs.example.com']);

  permits(url: URL): boolean {
    return this.hosts.has(url.hostname);
  }
}

class PreviewService {
  constructor(private readonly reader: PageReader, private readonly policy: HostPolicy) {}

  async preview(address: string): Promise<Preview | null> {
    const url = new URL(address);
    if (url.protocol !== 'https:' || url.port !== '' || !this.policy.permits(url)) {
      return null;
    }
    return this.reader.read(url.href);
  }
}

const service = new PreviewService(new PageReader(), new PreviewPolicy());
const app = express();

app.get('/preview', async (req: Request, res: Response, next: NextFunction) => {
  try {
    const preview = await service.preview(String(req.query.url));
    res.status(preview ? 200 : 403).json({ preview });
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
