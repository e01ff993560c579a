import type { Request, Response, NextFunction } from 'express';
import type { Session } from 'express-session';

interface Cart extends Record<string, unknown> {
  items: number;
  discount: number;
  coupon?: string;
}

type CartSession = Session & { cart?: Cart };

const COUPONS: ReadonlyMap<string, number> = new Map([
  ['WELCOME', 5],
  ['SPRING', 10],
]);

const empty: Cart = { items: 0, discount: 0 };

export function applyCoupon(req: Request, res: Response, next: NextFunction): void {
  const session = req.session as CartSession;
  const { coupon = '', ...rest } = req.body as Partial<Cart>;
  const key = COUPONS.has(coupon) ? coupon : undefined;
  const priced: Cart = { ...empty, ...session.cart, discount: COUPONS.get(key ?? '') ?? 0 };
  session.cart = { ...empty, ...priced };
  session.save((err) => {
    if (err) {
      next(err);
      return;
    }
    res.status(204).end();
  });
}
