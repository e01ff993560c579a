class OrdersController {
  #pool;
  constructor(pool) {
    this.#pool = pool;
    this.list = this.list.bind(this);
  }

  async list(req, res) {
    const { status = 'open', sort: column = 'created_at' } = req.query;
    const rows = await this.#find({ status, column });
    res.json(rows);
  }

  async #find({ status, column }) {
    const columns = { created_at: 'created_at', total: 'total_cents' };
    const text = `SELECT id, total FROM orders WHERE status = $1 ORDER BY ${Object.hasOwn(columns, column) ? columns[column] : 'id'} DESC`;
    const { rows } = await this.#pool.query(text, [status]);
    return rows;
  }
}
module.exports = OrdersController;
