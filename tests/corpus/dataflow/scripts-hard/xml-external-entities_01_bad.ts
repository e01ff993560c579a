import { Body, Controller, HttpCode, Injectable, Module, Post, UnprocessableEntityException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { text } from 'express';
import type { Element } from 'libxmljs2';
import { XmlReader } from './lib/xml-reader';

interface InvoiceSummary {
  number: string;
  lines: number;
}

@Injectable()
export class InvoiceImporter {
  private readonly reader = new XmlReader({ noblanks: false, noent: true });

  summarize(xml: string): InvoiceSummary {
    const document = this.reader.document(xml);
    const number = document.get('/invoice/number') as Element | null;
    return {
      number: number?.text() ?? '',
      lines: document.find('/invoice/line').length,
    };
  }
}

@Controller('invoices')
export class InvoiceController {
  constructor(private readonly importer: InvoiceImporter) {}

  @Post('check')
  @HttpCode(200)
  check(@Body() xml: string): InvoiceSummary {
    try {
      return this.importer.summarize(xml);
    } catch {
      throw new UnprocessableEntityException('invoice cannot be read');
    }
  }
}

@Module({ controllers: [InvoiceController], providers: [InvoiceImporter] })
export class InvoiceModule {}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(InvoiceModule, { bodyParser: false });
  app.use(text({ type: ['application/xml', 'text/xml'] }));
  await app.listen(3000);
}

void bootstrap();
