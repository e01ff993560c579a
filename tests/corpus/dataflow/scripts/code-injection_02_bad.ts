import { WebSocketServer, type RawData } from 'ws';
import vm from 'node:vm';

type Row = { sku: string; stock: number; price: number };

const rows: Row[] = [
  { sku: 'BX-1', stock: 4, price: 12.5 },
  { sku: 'BX-2', stock: 0, price: 9 },
  { sku: 'CN-7', stock: 31, price: 44 },
];

const rules: Record<string, string> = {
  available: 'row.stock > 0',
  cheap: 'row.price < limit',
  scarce: 'row.stock > 0 && row.stock < limit',
};

interface Ask {
  rule?: string;
  limit?: number;
}

function expressionOf(ask: Ask): string {
  const wanted = ask.rule ?? 'available';
  return rules[wanted] || wanted;
}

function select(ask: Ask): Row[] {
  const script = new vm.Script(`Boolean(${expressionOf(ask)})`);
  return rows.filter((row) => script.runInNewContext({ row, limit: Number(ask.limit ?? 10) }, { timeout: 50 }));
}

const server = new WebSocketServer({ port: 9400 });

server.on('connection', (socket) => {
  socket.on('message', (data: RawData) => {
    let ask: Ask;
    try {
      ask = JSON.parse(data.toString());
    } catch {
      socket.close(1003);
      return;
    }
    socket.send(JSON.stringify(select(ask).map(({ sku }) => sku)));
  });
});
