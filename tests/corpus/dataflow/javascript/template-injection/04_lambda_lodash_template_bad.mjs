import _ from 'lodash';
import { createTransport } from 'nodemailer';

const transport = createTransport(process.env.SMTP_URL);

const GREETINGS = Object.freeze({
  formal: 'Dear <%- name %>,',
  casual: 'Hi <%- name %>!',
});

const unpack = ({ body = '', isBase64Encoded }) =>
  JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);

export const handler = async (event) => {
  const { tone, name, text } = unpack(event);
  const fallback = GREETINGS.formal;
  const pattern = _.get(GREETINGS, tone, _.toString(tone)) || fallback;
  const greeting = _.template(pattern)({ name });
  await transport.sendMail({
    from: 'noreply@example.com',
    to: 'desk@example.com',
    subject: 'New message',
    text: `${greeting}\n\n${_.truncate(text, { length: 2000 })}`,
  });
  return { statusCode: 202 };
};
