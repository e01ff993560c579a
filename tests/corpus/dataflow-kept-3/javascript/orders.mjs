const orders = new Map();

export async function findOrder(id, userId) {
  const order = orders.get(id);
  if (!order || order.userId !== userId) {
    return null;
  }
  return { id: order.id, userId: order.userId, total: order.total };
}
