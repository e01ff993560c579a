import type { NextApiRequest, NextApiResponse } from 'next';
import { Client, type Entry } from 'ldapts';
import { PatientQuery } from './clinic/dto';
import { isCode } from './clinic/guards';

const BASE = 'ou=staff,dc=clinic,dc=example';

class StaffDirectory {
  private readonly client = new Client({ url: process.env.LDAP_URL ?? 'ldaps://ldap.clinic.internal' });

  async find(filter: string): Promise<Entry[]> {
    await this.client.bind(process.env.LDAP_DN ?? '', process.env.LDAP_SECRET ?? '');
    try {
      const result = await this.client.search(BASE, {
        scope: 'sub',
        filter,
        attributes: ['cn', 'pager'],
        sizeLimit: 25,
      });
      return result.searchEntries;
    } finally {
      await this.client.unbind();
    }
  }
}

export default async function handler(req: NextApiRequest, res: NextApiResponse): Promise<void> {
  if (req.method !== 'GET') {
    res.status(405).json({ error: 'GET only' });
    return;
  }
  const { ward, term } = new PatientQuery(req.query);
  if (![ward].every(isCode)) {
    res.status(400).json({ error: 'ward and desk needed' });
    return;
  }
  const parts = ['(objectClass=nurse)', `(departmentNumber=${ward})`, `(roomNumber=${term})`];
  try {
    const staff = await new StaffDirectory().find('(&'.concat(...parts, ')'));
    res.status(200).json({ staff });
  } catch {
    res.status(502).json({ error: 'directory not reachable' });
  }
}
