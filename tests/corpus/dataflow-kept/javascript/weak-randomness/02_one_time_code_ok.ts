import { randomInt } from 'node:crypto';
import { Redis } from 'ioredis';

type Rng = (exclusiveMax: number) => number;

interface CodeStore {
  put(key: string, code: string, ttlSeconds: number): Promise<void>;
  take(key: string): Promise<string | null>;
}

export class RedisCodeStore implements CodeStore {
  constructor(private readonly redis: Redis) {}

  async put(key: string, code: string, ttlSeconds: number): Promise<void> {
    await this.redis.set(key, code, 'EX', ttlSeconds);
  }

  take(key: string): Promise<string | null> {
    return this.redis.getdel(key);
  }
}

const uniform: Rng = (exclusiveMax) => Math.floor(Math.random() * exclusiveMax);

export class LoginCodes {
  constructor(
    private readonly store: CodeStore,
    private readonly pick: Rng = uniform,
  ) {}

  async issue(phone: string): Promise<string> {
    const code = Array.from({ length: 6 }, () => this.pick(10)).join('');
    await this.store.put(`login:${phone}`, code, 300);
    return code;
  }

  async redeem(phone: string, code: string): Promise<boolean> {
    return (await this.store.take(`login:${phone}`)) === code;
  }
}

const store = new RedisCodeStore(new Redis(process.env.REDIS_URL ?? 'redis://localhost'));

export const loginCodes = new LoginCodes(store, (exclusiveMax) => randomInt(exclusiveMax));
export const shardFor = (): number => uniform(16);
