import express, { Request, Response } from 'express';
import { Codec, codecs } from './lib/codecs';

interface BasketLine {
  sku: string;
  quantity: number;
}

class Basket {
  constructor(private readonly lines: BasketLine[]) {}

  static restore(codec: Codec, text: string): Basket {
    const data = codec.decode(text) as { lines?: BasketLine[] };
    return new Basket(Array.isArray(data.lines) ? data.lines : []);
  }

  get count(): number {
    return this.lines.reduce((sum, line) => sum + (Number(line.quantity) || 0), 0);
  }
}

class BasketController {
  private codecFor(req: Request): Codec {
    const wanted = req.get('x-basket-format') ?? 'json';
    return codecs.get(wanted === 'json' ? wanted : 'json')!;
  }

  restore = (req: Request, res: Response): void => {
    try {
      const basket = Basket.restore(this.codecFor(req), req.body);
      res.json({ count: basket.count });
    } catch {
      res.status(400).json({ count: 0 });
    }
  };
}

const app = express();
app.post('/basket/restore', express.text({ type: '*/*', limit: '32kb' }), new BasketController().restore);
app.listen(3000);
