orders.forEach(async (order) => { await save(order); });
