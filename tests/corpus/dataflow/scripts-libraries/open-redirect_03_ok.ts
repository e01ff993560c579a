import Fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

type Code = string;

interface LinkSource {
  resolve(code: Code): string | undefined;
}

class StaticLinks implements LinkSource {
  private readonly table: ReadonlyMap<Code, string> = new Map([
    ['spring', 'https://www.example.com/campaigns/spring'],
    ['jobs', 'https://careers.example.com/'],
  ]);

  resolve(code: Code): string | undefined {
    return this.table.get(code);
  }
}

class Fallback implements LinkSource {
  resolve(code: Code): string | undefined {
    const text = Buffer.from(code, 'base64url').toString('utf8');
    return text.length > 8 ? 'https://www.example.com/' : undefined;
  }
}

const sources: LinkSource[] = [new StaticLinks(), new Fallback()];

function firstLink(code: Code): string {
  for (const source of sources) {
    const link = source.resolve(code);
    if (link) {
      return link;
    }
  }
  return 'https://www.example.com/';
}

const app = Fastify();

app.get('/go/:code', (request: FastifyRequest<{ Params: { code: Code } }>, reply: FastifyReply) => {
  const link = firstLink(request.params.code);
  return reply.redirect(link, 302);
});

app.listen({ port: 3000, host: '0.0.0.0' });
