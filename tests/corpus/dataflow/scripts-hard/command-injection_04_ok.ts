import Fastify from 'fastify';
import { $ } from 'zx';

interface HistoryQuery {
  author?: string;
  limit?: string;
}

interface CommitLine {
  hash: string;
  subject: string;
}

function parseLog(output: string): CommitLine[] {
  return output
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line) => {
      const [hash, ...subject] = line.split('\t');
      return { hash, subject: subject.join('\t') };
    });
}

const app = Fastify({ logger: true });

app.get<{ Querystring: HistoryQuery }>('/history', async (request) => {
  const author = request.query.author ?? 'release-bot';
  const limit = Math.min(Math.max(parseInt(request.query.limit ?? '20', 10) || 20, 1), 200);
  const filter = `--author=${author}`;
  const result = await $`git -C /srv/repo log --pretty=format:%h%x09%s -n ${limit} ${filter}`;
  return { commits: parseLog(result.stdout) };
});

app.listen({ port: 3004 });
