import express, { RequestHandler } from 'express';
import { z, ZodSchema } from 'zod';
import { spawn } from 'node:child_process';

const validate =
  (schema: ZodSchema): RequestHandler =>
  (req, res, next) => {
    const result = schema.safeParse(req.body);
    if (!result.success) {
      res.status(400).json(result.error.flatten());
      return;
    }
    req.body = result.data;
    next();
  };

const Backup = z.object({ volume: z.enum(['home', 'var', 'srv']) });

const app = express();
app.post('/backup', express.json(), validate(Backup), (req, res) => {
  const child = spawn('sh', ['-c', `tar czf /backups/out.tgz /${req.body.volume}`]);
  child.on('exit', (code) => res.json({ code }));
});
app.listen(3000);
