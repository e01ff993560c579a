import { Request, Response, Router } from 'express';
import { join, normalize } from 'path';

const router = Router();
const storage = join(__dirname, '..', 'storage');

router.get('/files/*', (req: Request, res: Response) => {
  const wanted = req.params[0];
  res.sendFile(join(storage, normalize(wanted)));
});
export default router;
