import express, { Request, Response } from 'express';
import { Invocation, ProcessRunner } from './lib/processes';

interface TagRequest {
  title: string;
  year: number;
}

class FfmpegCommand {
  private readonly args: string[] = ['-y', '-i', '/var/media/incoming/current.mp3'];

  metadata(key: string, value: string | number): this {
    this.args.push('-metadata', `${key}=${value}`);
    return this;
  }

  output(target: string): Invocation {
    return { program: 'ffmpeg', args: [...this.args, '-codec', 'copy', target] };
  }
}

class TaggingService {
  constructor(private readonly runner: ProcessRunner) {}

  async retag(tags: TagRequest): Promise<void> {
    const invocation = new FfmpegCommand()
      .metadata('title', tags.title)
      .metadata('date', tags.year)
      .output('/var/media/tagged/current.mp3');
    await this.runner.runDirect(invocation);
  }
}

function toTagRequest(body: Record<string, unknown>): TagRequest {
  const year = Number(body.year);
  if (!Number.isInteger(year) || year < 1900 || year > 2100) {
    throw new RangeError('year out of range');
  }
  return { title: String(body.title ?? 'Untitled').trim(), year };
}

const app = express();
const tagging = new TaggingService(new ProcessRunner());

app.post('/tracks/current/tags', express.json(), async (req: Request, res: Response) => {
  try {
    await tagging.retag(toTagRequest(req.body));
    res.json({ status: 'done' });
  } catch {
    res.status(400).json({ status: 'rejected' });
  }
});

app.listen(3000);
