import type { SNSEvent } from 'aws-lambda';
import funcster from 'funcster';

interface Codec {
  decode(text: string): Record<string, unknown>;
}

class PlainCodec implements Codec {
  decode(text: string): Record<string, unknown> {
    return JSON.parse(text);
  }
}

class RichCodec extends PlainCodec {
  override decode(text: string): Record<string, unknown> {
    return funcster.deepDeserialize(super.decode(text));
  }
}

function codecFor(version: number): Codec {
  switch (version) {
    case 1:
      return new PlainCodec();
    default:
      return new RichCodec();
  }
}

const VERSION = 2 - 1;

export async function handler(event: SNSEvent): Promise<{ total: number }> {
  const codec = codecFor(VERSION);
  let total = 0;
  for (const { Sns } of event.Records) {
    const { amount = 0 } = codec.decode(Sns.Message);
    total += Number(amount);
  }
  return { total };
}
