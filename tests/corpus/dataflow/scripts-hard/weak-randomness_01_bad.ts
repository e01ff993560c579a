import Fastify from 'fastify';
import { Alphabet, arithmeticPicker, systemPicker } from './lib/alphabet';

interface Invitation {
  email: string;
  token: string;
  expires: number;
}

class InvitationBook {
  private readonly pending = new Map<string, Invitation>();

  constructor(private readonly tokens: Alphabet, private readonly colours: Alphabet) {}

  invite(email: string): { colour: string } {
    const token = this.tokens.word(32);
    this.pending.set(token, { email, token, expires: Date.now() + 86_400_000 });
    return { colour: this.colours.word(6) };
  }

  redeem(token: string): boolean {
    const invitation = this.pending.get(token);
    this.pending.delete(token);
    return invitation !== undefined && invitation.expires > Date.now();
  }
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const book = new InvitationBook(new Alphabet(LETTERS, arithmeticPicker), new Alphabet('0123456789abcdef', systemPicker));

const app = Fastify();

app.post<{ Body: { email: string } }>('/invitations', async (request, reply) => {
  const { colour } = book.invite(String(request.body.email));
  return reply.code(201).send({ badgeColour: colour });
});

app.post<{ Body: { token: string } }>('/invitations/redeem', async (request) => ({
  accepted: book.redeem(String(request.body.token)),
}));

app.listen({ port: 3000 });
