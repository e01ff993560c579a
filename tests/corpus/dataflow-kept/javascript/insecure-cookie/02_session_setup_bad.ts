import { NestFactory } from '@nestjs/core';
import type { CookieOptions } from 'express';
import session from 'express-session';
import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { AppModule } from './app.module';

const baseCookie: CookieOptions = {
  secure: false,
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
};

function cookieFor(lifetimeMinutes: number): CookieOptions {
  return {
    secure: true,
    ...baseCookie,
    maxAge: lifetimeMinutes * 60_000,
  };
}

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  const client = createClient({ url: process.env.REDIS_URL });
  await client.connect();

  app.getHttpAdapter().getInstance().set('trust proxy', 1);
  app.use(
    session({
      name: 'portal.sid',
      store: new RedisStore({ client, prefix: 'portal:' }),
      secret: process.env.SESSION_SECRET as string,
      resave: false,
      saveUninitialized: false,
      cookie: cookieFor(45),
    }),
  );
  await app.listen(3000);
}

void bootstrap();
