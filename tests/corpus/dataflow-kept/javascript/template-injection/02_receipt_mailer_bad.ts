import { Body, Controller, Injectable, Post } from '@nestjs/common';
import { IsEmail, IsString, MaxLength } from 'class-validator';
import ejs from 'ejs';
import { MailService } from './mail.service';

export class ReceiptRequest {
  @IsEmail()
  email!: string;

  @IsString()
  @MaxLength(120)
  company!: string;

  @IsString()
  orderNumber!: string;
}

@Injectable()
export class ReceiptRenderer {
  private readonly footer = 'Order <%= order %> &middot; thank you';

  render(request: ReceiptRequest): string {
    const company = request.company.replace(/<\/?[a-z][^>]*>/gi, '');
    const layout = `<h1>Receipt for ${company}</h1><p>${this.footer}</p>`;
    return ejs.render(layout, { order: request.orderNumber });
  }
}

@Controller('receipts')
export class ReceiptController {
  constructor(
    private readonly renderer: ReceiptRenderer,
    private readonly mail: MailService,
  ) {}

  @Post()
  async send(@Body() request: ReceiptRequest): Promise<{ sent: boolean }> {
    await this.mail.send(request.email, 'Your receipt', this.renderer.render(request));
    return { sent: true };
  }
}
