for (const order of orders) { await save(order); }
orders.forEach((order) => show(order));
