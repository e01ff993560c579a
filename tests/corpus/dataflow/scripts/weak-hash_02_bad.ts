const encoder = new TextEncoder();

const settings = {
  signature: {
    algorithm: 'SHA-1',
    separator: '.',
  },
};

function hex(buffer: ArrayBuffer): string {
  return [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0')).join('');
}

async function digest(text: string): Promise<string> {
  const { algorithm } = settings.signature;
  return hex(await crypto.subtle.digest(algorithm, encoder.encode(text)));
}

export class DownloadTicket {
  constructor(private readonly secret: string) {}

  private body(file: number, expires: number): string {
    return [file, expires].join(settings.signature.separator);
  }

  async issue(file: number, ttlSeconds: number): Promise<string> {
    const expires = Math.floor(Date.now() / 1000) + ttlSeconds;
    const body = this.body(file, expires);
    const seal = await digest(`${this.secret}:${body}:${this.secret}`);
    return [body, seal].join(settings.signature.separator);
  }
}

export async function POST(request: Request): Promise<Response> {
  const { file } = (await request.json()) as { file: number };
  const ticket = await new DownloadTicket(process.env.TICKET_SECRET as string).issue(Number(file), 600);
  return Response.json({ ticket });
}
