'use server';

import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const redis = new Redis(process.env.REDIS_URL ?? 'redis://localhost:6379');

async function sendSms(phone: string, text: string, attempts = 3): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const response = await fetch('https://sms.acme.internal/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ phone, text }),
    });
    if (response.ok) return;
    await sleep(attempt * randomInt(100, 400));
  }
  throw new Error('message could not be delivered');
}

function loginCode(): string {
  const value = Math.floor(Math.random() * 1_000_000);
  return String(value).padStart(6, '0');
}

export async function requestCode(formData: FormData): Promise<{ sent: boolean }> {
  const phone = String(formData.get('phone') ?? '');
  if (!/^\+\d{8,15}$/.test(phone)) {
    return { sent: false };
  }
  const code = loginCode();
  await redis.set(`login-code:${phone}`, code, 'EX', 300);
  await sendSms(phone, `Your code is ${code}`);
  return { sent: true };
}
