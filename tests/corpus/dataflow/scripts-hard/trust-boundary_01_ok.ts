import express, { Request, Response } from 'express';
import { webSession } from './lib/web-session';

interface Workspace {
  tenant: string;
  theme: string;
}

class WorkspaceDirectory {
  private readonly memberships = new Map<string, string[]>([
    ['ada@example.com', ['north', 'south']],
    ['lin@example.com', ['south']],
  ]);

  tenantFor(email: string, wanted: string): string | undefined {
    return this.memberships.get(email)?.find((tenant) => tenant === wanted);
  }
}

class WorkspaceController {
  constructor(private readonly directory: WorkspaceDirectory) {}

  private choose(email: string, body: Workspace): Workspace {
    const theme = body.theme === 'dark' ? 'dark' : 'light';
    const tenant = this.directory.tenantFor(email, body.tenant);
    return { tenant: tenant ?? 'public', theme };
  }

  enter = (req: Request, res: Response): void => {
    const chosen = this.choose(req.session.email ?? '', req.body);
    req.session.tenant = chosen.tenant;
    req.session.theme = chosen.theme;
    res.sendStatus(204);
  };
}

const controller = new WorkspaceController(new WorkspaceDirectory());
const app = express();
app.use(webSession(), express.json());
app.post('/workspace', controller.enter);
app.listen(3000);
