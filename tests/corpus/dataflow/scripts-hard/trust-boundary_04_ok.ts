import { getIronSession, SessionOptions } from 'iron-session';
import type { NextApiRequest, NextApiResponse } from 'next';
import { z } from 'zod';

interface Visit {
  plan?: string;
  locale?: string;
}

const options: SessionOptions = {
  password: process.env.IRON_PASSWORD!,
  cookieName: 'visit',
  cookieOptions: { secure: true, httpOnly: true, sameSite: 'strict' },
};

const Choice = z.object({
  locale: z.enum(['en', 'nl', 'sv']),
  plan: z.enum(['trial', 'starter']),
});

export default async function handler(req: NextApiRequest, res: NextApiResponse): Promise<void> {
  let choice: z.infer<typeof Choice>;
  try {
    choice = Choice.parse(req.body);
  } catch {
    res.status(422).json({ saved: false });
    return;
  }
  const visit = await getIronSession<Visit>(req, res, options);
  visit.plan = choice.plan;
  visit.locale = choice.locale;
  await visit.save();
  res.status(200).json({ saved: true });
}
