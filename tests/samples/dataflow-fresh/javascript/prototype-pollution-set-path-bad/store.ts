import express, { Request, Response } from 'express';

type Tree = { [key: string]: Tree | string };

function setIn(root: Tree, path: string, value: string): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let node: Tree = root;
  for (const key of keys) {
    node = (node[key] ??= {}) as Tree;
  }
  node[last] = value;
}

const state: Tree = {};
const app = express();
app.put('/state', express.json(), (req: Request, res: Response) => {
  setIn(state, req.body.path, req.body.value);
  res.json(state);
});
app.listen(3000);
