import Fastify from 'fastify';
import vm from 'node:vm';

type Operator = (left: number, right: number) => boolean;

interface RuleBody {
  operator: string;
  threshold: number;
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['>', (left: number, right: number) => left > right],
  ['<', (left: number, right: number) => left < right],
  ['==', (left: number, right: number) => left === right],
]);

const server = Fastify();

server.post<{ Body: RuleBody }>('/alerts/check', async (request, reply) => {
  const { operator, threshold } = request.body;
  const limit = Number(threshold);
  const reading = 42;
  const compare = OPERATORS.get(operator);
  const script = new vm.Script('compare ? compare(reading, limit) : false');
  const firing = script.runInNewContext({ reading, limit, compare }, { timeout: 50 });
  reply.header('x-known-operator', String(OPERATORS.has(operator)));
  return { firing: Boolean(firing) };
});

server.listen({ port: 3000 });
