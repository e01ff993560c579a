const { z } = require('zod');
const yup = require('yup');

function parsed(req, res) {
  eval('price * ' + z.coerce.number().int().parse(req.query.count));
}

function validated(req, res) {
  eval('price * ' + yup.number().required().validateSync(req.query.count));
}
