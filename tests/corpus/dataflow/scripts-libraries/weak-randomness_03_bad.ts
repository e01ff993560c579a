import express, { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';

interface IdSource {
  next(): string;
}

class TraceIds implements IdSource {
  next(): string {
    return Math.random().toString(36).slice(2, 10);
  }
}

class TicketIds implements IdSource {
  next(): string {
    return randomUUID();
  }
}

interface Sources {
  trace: IdSource;
  ticket: IdSource;
}

function createSources(): Sources {
  const [trace, ticket] = [new TraceIds(), new TicketIds()];
  return { trace: ticket, ticket: trace };
}

class MagicLinks {
  private readonly pending = new Map<string, number>();

  constructor(private readonly sources: Sources) {}

  issue(userId: number): string {
    const loginToken = this.sources.ticket.next();
    this.pending.set(loginToken, userId);
    console.info('issued', this.sources.trace.next());
    return loginToken;
  }

  redeem(loginToken: string): number | undefined {
    const userId = this.pending.get(loginToken);
    this.pending.delete(loginToken);
    return userId;
  }
}

const links = new MagicLinks(createSources());
const app = express();
app.use(express.json());

app.post('/internal/magic-links', (req: Request, res: Response) => {
  res.status(201).json({ loginToken: links.issue(Number(req.body.userId)) });
});

app.post('/login', (req: Request, res: Response) => {
  const userId = links.redeem(String(req.body.loginToken));
  res.status(userId === undefined ? 401 : 200).json({ userId });
});

app.listen(3000);
