import nodemailer from 'nodemailer';

const transport = nodemailer.createTransport({ host: 'mail.clinic.internal', port: 465, secure: true });

export async function sendText(subject: string, text: string): Promise<void> {
  await transport.sendMail({
    from: 'desk@clinic.example',
    to: 'ward-office@clinic.example',
    subject,
    text,
  });
}
