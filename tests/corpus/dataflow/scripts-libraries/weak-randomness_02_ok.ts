import { Body, Controller, Injectable, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { randomInt } from 'node:crypto';
import * as bcrypt from 'bcrypt';
import _ from 'lodash';
import { Repository } from 'typeorm';
import { User } from './lib/user.entity';

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

function* characters(length: number): Generator<string> {
  for (let i = 0; i < length; i += 1) {
    yield ALPHABET[randomInt(ALPHABET.length)] ?? _.head(ALPHABET);
  }
}

@Injectable()
export class OnboardingService {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  async invite(employeeId: number): Promise<string> {
    const password = [...characters(16)].join('');
    const passwordHash = await bcrypt.hash(password, 12);
    await this.users.update({ id: employeeId }, { passwordHash, mustChange: true });
    return password;
  }
}

@Controller('onboarding')
export class OnboardingController {
  constructor(private readonly onboarding: OnboardingService) {}

  @Post()
  async create(@Body('employeeId') employeeId: number): Promise<{ initialPassword: string }> {
    return { initialPassword: await this.onboarding.invite(Number(employeeId)) };
  }
}
