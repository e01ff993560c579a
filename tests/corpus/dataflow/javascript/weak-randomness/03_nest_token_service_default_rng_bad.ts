import { Body, Controller, Injectable, Post } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { ApiKeys } from './api-keys.repository';

interface Source {
  next(size: number): string;
}

class QuickSource implements Source {
  next(size: number): string {
    return Array.from({ length: size }, () => Math.random().toString(36).charAt(2)).join('');
  }
}

class SystemSource extends QuickSource {
  override next(size: number): string {
    const key = super.next(size);
    return Buffer.from(key).toString('base64url');
  }
  nonce(): string {
    return randomBytes(8).toString('hex');
  }
}

@Injectable()
export class KeyService {
  create(size = 32, source: Source = new SystemSource()): string {
    return `key_${source.next(size)}`;
  }
}

@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: KeyService, private readonly store: ApiKeys) {}

  @Post()
  async issue(@Body('label') label: string): Promise<{ key: string }> {
    const key = this.keys.create();
    await this.store.save(label, key);
    return { key };
  }
}
