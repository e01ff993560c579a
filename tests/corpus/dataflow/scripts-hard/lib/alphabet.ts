import { randomInt } from 'node:crypto';

export type Picker = (limit: number) => number;

export const arithmeticPicker: Picker = (limit) => Math.floor(Math.random() * limit);
export const systemPicker: Picker = (limit) => randomInt(limit);

export class Alphabet {
  constructor(private readonly letters: string, private readonly pick: Picker) {}

  word(length: number): string {
    let text = '';
    while (text.length < length) {
      text += this.letters.charAt(this.pick(this.letters.length));
    }
    return text;
  }
}
