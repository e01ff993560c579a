import express, { NextFunction, Request, Response } from 'express';
import yaml from 'js-yaml';
import { all as extraTypes } from 'js-yaml-js-types';

interface Pipeline {
  title: string;
  steps: string[];
}

const SCHEMA = yaml.CORE_SCHEMA.extend([]);

export const exporter = (value: Record<string, unknown>): string =>
  yaml.dump(value, { schema: yaml.DEFAULT_SCHEMA.extend(extraTypes), skipInvalid: true });

function parsePipeline(text: string): Pipeline {
  const doc = yaml.load(text, { schema: SCHEMA, filename: 'pipeline.yml' }) as Partial<Pipeline> | null;
  if (!doc || !Array.isArray(doc.steps)) {
    throw new SyntaxError('steps are missing');
  }
  return { title: `${doc.title}`, steps: doc.steps.map(String) };
}

const app = express();
app.use(express.text({ type: 'application/yaml', limit: '64kb' }));

app.post('/pipelines/lint', (req: Request, res: Response, next: NextFunction) => {
  try {
    const pipeline = parsePipeline(req.body as string);
    res.json({ titleLength: pipeline.title.length, steps: pipeline.steps.length });
  } catch (err) {
    next(err);
  }
});

app.use((err: Error, _req: Request, res: Response, _next: NextFunction) => {
  res.status(422).json({ error: 'pipeline not understood' });
});

app.listen(3000);
