import Hapi, { type Request } from '@hapi/hapi';
import { Eta } from 'eta';

interface Receipt {
  layout?: string;
  customer: string;
  amount: number;
}

const eta = new Eta({ autoEscape: true });
const FALLBACK = 'Receipt for <%= it.customer %>: <%= it.amount %>';
const CUSTOM_LAYOUTS = false;

function pickLayout({ layout }: Receipt): string {
  let source = layout?.trim() ?? '';
  if (!CUSTOM_LAYOUTS || source.length < 10) {
    source = FALLBACK;
  }
  return source;
}

const server = Hapi.server({ port: 3000 });

server.route({
  method: 'POST',
  path: '/receipts',
  handler: (request: Request, h) => {
    const receipt = request.payload as Receipt;
    const amount = Number(receipt.amount);
    if (!Number.isFinite(amount)) {
      return h.response({ error: 'amount expected' }).code(400);
    }
    const text = eta.renderString(pickLayout(receipt), { customer: receipt.customer, amount });
    return h.response(text).type('text/plain');
  },
});

server.start();
