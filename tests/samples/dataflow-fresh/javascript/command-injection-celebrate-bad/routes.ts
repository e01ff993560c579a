import { Router } from 'express';
import { celebrate, Joi, Segments } from 'celebrate';
import { execSync } from 'child_process';

export const router = Router();

router.post(
  '/dns',
  celebrate({
    [Segments.BODY]: Joi.object().keys({
      domain: Joi.string().required(),
      type: Joi.string().valid('A', 'AAAA', 'MX').default('A'),
    }),
  }),
  (req, res) => {
    const { domain, type } = req.body;
    res.type('text').send(execSync(`dig +short ${type} ${domain}`).toString());
  },
);
