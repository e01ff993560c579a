import Fastify from 'fastify';

const app = Fastify();
const hosts = ['app.example.com', 'admin.example.com'];

function target(raw: string): string {
  const url = new URL(raw);
  if (!hosts.includes(url.host)) throw new Error('host');
  return url.toString();
}

app.get('/logout', async (request, reply) => {
  const { post_logout_redirect_uri: uri } = request.query as Record<string, string>;
  reply.clearCookie('sid');
  return reply.redirect(target(uri));
});
app.listen({ port: 3000 });
