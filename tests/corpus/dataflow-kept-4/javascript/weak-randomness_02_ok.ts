import { randomInt } from 'node:crypto';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';

type Draw = (below: number) => number;

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

const quick: Draw = (below) => Math.floor(Math.random() * below);
const strong: Draw = (below) => randomInt(below);

class Invitations {
  private readonly open = new Map<string, string>();

  constructor(
    private readonly draw: Draw,
    private readonly length = 20,
  ) {}

  issue(group: string): string {
    let code = '';
    while (code.length < this.length) {
      code += ALPHABET.charAt(this.draw(ALPHABET.length));
    }
    this.open.set(code, group);
    return code;
  }

  redeem(code: string): string | undefined {
    const group = this.open.get(code);
    this.open.delete(code);
    return group;
  }
}

const invitations = new Invitations(strong);
const server = Fastify();

server.post('/groups/:group/invitations', async (request: FastifyRequest, reply: FastifyReply) => {
  const { group } = request.params as { group: string };
  reply.header('retry-after', String(30 + quick(10)));
  return reply.code(201).send({ code: invitations.issue(group) });
});

server.post('/join', async (request: FastifyRequest, reply: FastifyReply) => {
  const { code } = request.body as { code?: string };
  const group = invitations.redeem(String(code));
  return group ? { group } : reply.code(404).send({ error: 'code not known' });
});

server.listen({ port: 3000 });
