import Fastify from 'fastify';
import { Prisma, PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();
const app = Fastify();

interface TicketRow {
  id: number;
  title: string;
}

function byTitle(term: string): Prisma.Sql {
  const like = `%${term.trim()}%`;
  return Prisma.raw(`SELECT id, title FROM tickets WHERE title ILIKE '${like}' LIMIT 25`);
}

app.get<{ Querystring: { q?: string } }>('/tickets', async (request, reply) => {
  const term = request.query.q;
  if (!term || term.length < 3) {
    return reply.code(400).send({ error: 'at least three characters' });
  }
  const rows = await prisma.$queryRaw<TicketRow[]>(byTitle(term));
  return rows.map(({ id, title }) => ({ id, title }));
});

app.addHook('onClose', async () => {
  await prisma.$disconnect();
});

app.listen({ port: 3000, host: '0.0.0.0' });
