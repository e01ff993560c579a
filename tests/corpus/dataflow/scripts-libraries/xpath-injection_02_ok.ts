import express, { Request, Response } from 'express';
import { readFileSync } from 'node:fs';
import * as libxmljs from 'libxmljs';

const users = libxmljs.parseXml(readFileSync('config/operators.xml', 'utf8'));

type Credentials = Record<'login' | 'pin', string>;

function literal(value: string): string {
  return `'${value.replace(/'/g, '')}'`;
}

function findOperator(credentials: Credentials): string | undefined {
  const tests = (Object.keys(credentials) as Array<keyof Credentials>)
    .sort()
    .map((key) => `@${key === 'pin' ? 'pin' : 'login'}=${literal(credentials[key])}`);
  const node = users.get(`/operators/operator[${tests.join(' and ')}]/@id`) as libxmljs.Attribute | null;
  return node?.value();
}

const app = express();
app.use(express.json());

app.post('/login', (req: Request<unknown, unknown, Partial<Credentials>>, res: Response) => {
  const { login, pin } = req.body;
  if (typeof login !== 'string' || typeof pin !== 'string') {
    res.status(400).json({ error: 'login and pin are needed' });
    return;
  }
  const id = findOperator({ login, pin });
  res.status(id ? 200 : 401).json({ accepted: Boolean(id) });
});

app.listen(3000);
