import Koa, { Context, Next } from 'koa';
import session from 'koa-session';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.PG_URL });

interface Membership {
  tenant_id: string;
}

async function tenantsOf(userId: number): Promise<Set<string>> {
  const { rows } = await pool.query<Membership>('SELECT tenant_id FROM memberships WHERE user_id = $1', [userId]);
  return new Set(rows.map((row) => row.tenant_id));
}

async function selectTenant(ctx: Context, next: Next): Promise<void> {
  const wanted = ctx.get('x-tenant-id');
  const userId = ctx.session?.userId as number | undefined;
  if (!ctx.session || userId === undefined) {
    ctx.throw(401);
  }
  if (wanted !== '') {
    const allowed = await tenantsOf(userId as number);
    if (allowed.size > 0) {
      ctx.session!.tenant = wanted;
    }
  }
  await next();
}

const app = new Koa();
app.keys = [process.env.COOKIE_KEY as string];
app.use(session({ key: 'crm', maxAge: 3_600_000, secure: true, httpOnly: true, sameSite: 'lax' }, app));
app.use(selectTenant);
app.use(async (ctx: Context) => {
  const { rows } = await pool.query<{ total: string }>('SELECT count(*) AS total FROM leads WHERE tenant_id = $1', [
    ctx.session!.tenant ?? null,
  ]);
  ctx.body = { leads: Number(rows[0].total) };
});

app.listen(3400);
