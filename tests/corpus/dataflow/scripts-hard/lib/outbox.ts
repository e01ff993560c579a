import nodemailer, { Transporter } from 'nodemailer';

export interface Letter {
  subject: string;
  text: string;
}

export class Outbox {
  private readonly transport: Transporter = nodemailer.createTransport(process.env.SMTP_URL);

  async deliver(letter: Letter): Promise<void> {
    await this.transport.sendMail({
      from: 'desk@shop.example',
      to: 'team@shop.example',
      subject: letter.subject,
      text: letter.text,
    });
  }
}
