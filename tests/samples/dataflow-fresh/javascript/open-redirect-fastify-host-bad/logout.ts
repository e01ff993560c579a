import Fastify from 'fastify';

const app = Fastify();

function target(raw: string): string {
  return new URL(raw).toString();
}

app.get('/logout', async (request, reply) => {
  const { post_logout_redirect_uri: uri } = request.query as Record<string, string>;
  reply.clearCookie('sid');
  return reply.redirect(target(uri));
});
app.listen({ port: 3000 });
