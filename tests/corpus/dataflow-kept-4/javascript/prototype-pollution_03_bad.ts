import { Body, Controller, Get, Module, Param, Put } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

type Phrases = Record<string, string>;

class PhraseDto {
  key!: string;
  text!: string;
}

class PhraseBook {
  private readonly languages: Record<string, Phrases> = {};
  private changes = 0;

  put(language: string, key: string, text: string): number {
    const phrases = (this.languages[language] ??= {});
    phrases[key] = text;
    this.changes += 1;
    return this.changes;
  }

  list(language: string): string[] {
    return Object.keys(this.languages[language] ?? {});
  }
}

@Controller('phrases')
export class PhraseController {
  private readonly book = new PhraseBook();

  @Put(':language')
  store(@Param('language') language: string, @Body() dto: PhraseDto) {
    const key = String(dto.key ?? '').trim();
    if (key === '' || key.length > 80) {
      return { stored: false };
    }
    return { stored: true, revision: this.book.put(language, key, String(dto.text ?? '')) };
  }

  @Get(':language')
  keys(@Param('language') language: string) {
    return { keys: this.book.list(language) };
  }
}

@Module({ controllers: [PhraseController] })
export class PhraseModule {}

NestFactory.create(PhraseModule).then((app) => app.listen(3000));
