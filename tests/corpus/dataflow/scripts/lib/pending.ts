import { Pool } from 'pg';

const pool = new Pool();

export interface Pending {
  email: string;
}

export async function takePending(userId: number, code: string): Promise<Pending | undefined> {
  const { rows } = await pool.query<Pending>(
    'DELETE FROM pending_emails WHERE user_id = $1 AND code = $2 RETURNING email',
    [userId, code],
  );
  return rows[0];
}
