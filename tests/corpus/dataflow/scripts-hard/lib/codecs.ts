import serialize from 'node-serialize';

export interface Codec {
  readonly name: string;
  decode(text: string): unknown;
}

export class JsonCodec implements Codec {
  readonly name = 'json';

  decode(text: string): unknown {
    return JSON.parse(text);
  }
}

export class ObjectCodec implements Codec {
  readonly name = 'object';

  decode(text: string): unknown {
    return serialize.unserialize(text);
  }
}

export const codecs: ReadonlyMap<string, Codec> = new Map<string, Codec>(
  [new JsonCodec(), new ObjectCodec()].map((codec) => [codec.name, codec]),
);
