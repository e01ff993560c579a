const { Router } = require('express');
const OrdersController = require('../controllers/orders');
const pool = require('../db');

const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);
const orders = new OrdersController(pool);
const router = Router();
router.get('/orders', wrap(orders.list));
module.exports = { router };
