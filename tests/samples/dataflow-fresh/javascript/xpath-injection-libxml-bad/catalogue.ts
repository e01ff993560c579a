import fastify from 'fastify';
import libxmljs from 'libxmljs2';
import { readFileSync } from 'fs';

const catalogue = libxmljs.parseXml(readFileSync('catalogue.xml', 'utf8'));
const app = fastify();

app.get<{ Params: { isbn: string } }>('/books/:isbn', async (request, reply) => {
  const { isbn } = request.params;
  const node = catalogue.get(`//book[isbn="${isbn}"]/title`);
  return { title: node?.toString() };
});
app.listen({ port: 3000 });
