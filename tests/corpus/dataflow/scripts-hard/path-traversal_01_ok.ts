import Koa, { Context } from 'koa';
import Router from '@koa/router';
import { DocumentStore } from './lib/document-store';

class NameError extends Error {}

class DocumentName {
  private constructor(readonly value: string) {}

  static from(segment: string): DocumentName {
    const decoded = decodeURIComponent(segment);
    if (decoded.includes('..') || decoded.startsWith('/')) {
      throw new NameError('name not allowed');
    }
    return new DocumentName(decoded);
  }
}

class DocumentController {
  constructor(private readonly store: DocumentStore) {}

  show = async (ctx: Context): Promise<void> => {
    const name = DocumentName.from(String(ctx.query.name ?? ''));
    ctx.body = { text: await this.store.read(name.value) };
  };
}

const controller = new DocumentController(new DocumentStore('/srv/documents'));
const router = new Router();
router.get('/documents', controller.show);

const app = new Koa();
app.use(async (ctx, next) => {
  try {
    await next();
  } catch (err) {
    ctx.status = err instanceof NameError ? 400 : 404;
    ctx.body = { text: null };
  }
});
app.use(router.routes());
app.listen(3000);
