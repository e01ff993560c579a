import express, { Request, Response } from 'express';
import * as libxmljs from 'libxmljs';

interface Shipment {
  reference: string;
  parcels: number;
}

interface ParserFlags {
  noent?: boolean;
  nonet?: boolean;
  noblanks?: boolean;
}

class ShipmentReader {
  private readonly flags: Readonly<ParserFlags>;

  constructor(flags: ParserFlags = {}) {
    this.flags = { noblanks: true, nonet: true, ...flags };
  }

  read(xml: string): Shipment {
    const doc = libxmljs.parseXml(xml, this.flags);
    const reference = doc.get('/shipment/reference') as libxmljs.Element | null;
    return {
      reference: reference?.text() ?? '',
      parcels: doc.find('/shipment/parcel').length,
    };
  }
}

const app = express();
app.use(express.text({ type: ['application/xml', 'text/xml'], limit: '256kb' }));

const reader = new ShipmentReader({ noent: false });

app.post('/shipments', (req: Request<unknown, unknown, string>, res: Response) => {
  try {
    const shipment = reader.read(req.body);
    res.status(202).json(shipment);
  } catch {
    res.status(422).json({ error: 'document not understood' });
  }
});

app.listen(3000);
