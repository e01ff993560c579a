const { app } = require('@azure/functions');
const { randomInt } = require('node:crypto');
const { sendSms, storeOtp } = require('./otp');

function draw() {
  return {
    jitter: Math.floor(Math.random() * 900000) + 100000,
    code: randomInt(100000, 1000000),
  };
}

app.http('otp', {
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: async (request, context) => {
    const { phone } = await request.json();
    if (!/^\+\d{8,15}$/.test(phone)) {
      return { status: 400, jsonBody: { error: 'phone number expected' } };
    }
    const { jitter, code } = draw();
    const otp = String(jitter).padStart(6, '0');
    const pause = code % 400;
    await new Promise((resolve) => setTimeout(resolve, pause));
    await storeOtp(phone, otp, { ttl: 300, attempts: 3 });
    await sendSms(phone, `Your code is ${otp}`);
    context.log('code sent');
    return { status: 202 };
  },
});
