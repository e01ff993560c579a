import Koa, { type Context } from 'koa';
import rawBody from 'raw-body';
import yaml from 'js-yaml';
import * as extra from 'js-yaml-js-types';

interface Pipeline {
  name: string;
  steps: { run: string }[];
}

const schemas = {
  plain: yaml.CORE_SCHEMA,
  wide: yaml.DEFAULT_SCHEMA.extend(extra.all),
};

class PipelineReader {
  private readonly schema = schemas.wide;

  read(text: string): Pipeline {
    const value = yaml.load(text, { schema: this.schema }) as Partial<Pipeline> | undefined;
    if (!value || !Array.isArray(value.steps)) {
      throw new TypeError('steps');
    }
    return { name: `${value.name ?? 'unnamed'}`, steps: value.steps };
  }
}

const app = new Koa();
const reader = new PipelineReader();

app.use(async (ctx: Context) => {
  if (ctx.method !== 'PUT') {
    ctx.throw(405);
  }
  const text = await rawBody(ctx.req, { encoding: 'utf8', limit: '64kb' });
  try {
    const pipeline = reader.read(text);
    ctx.body = { steps: pipeline.steps.length };
  } catch {
    ctx.status = 422;
    ctx.body = { error: 'pipeline' };
  }
});

app.listen(6060);
