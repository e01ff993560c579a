import Fastify, { type FastifyRequest } from 'fastify';
import { readFileSync } from 'node:fs';
import libxmljs from 'libxmljs2';

const timetable = libxmljs.parseXml(readFileSync('./data/timetable.xml', 'utf8'));

type StopRequest = FastifyRequest<{ Params: { stop: string }; Querystring: { after?: string } }>;

const toMinutes = (clock: string): number => {
  const [hours, minutes] = clock.split(':').map((part) => Number.parseInt(part, 10) || 0);
  return hours * 60 + minutes;
};

class Departures {
  constructor(private readonly stop: string, private readonly after: string) {}

  protected predicates(): string[] {
    return [`@stop=${this.stop}`, `@minute >= ${toMinutes(this.after)}`];
  }

  get expression(): string {
    return '/timetable/departure' + this.predicates().map((p) => `[${p}]`).join('');
  }
}

const app = Fastify();

app.get('/stops/:stop/departures', async (request: StopRequest) => {
  const departures = new Departures(request.params.stop, request.query.after ?? '00:00');
  const nodes = timetable.find(departures.expression);
  return { count: nodes.length };
});

app.listen({ port: 5050 });
