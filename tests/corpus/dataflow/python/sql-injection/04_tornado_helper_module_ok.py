import tornado.ioloop
import tornado.web

from helper_04_tornado_helper_module_ok import Orders


class OrdersHandler(tornado.web.RequestHandler):
    def initialize(self, orders):
        self.orders = orders

    def get(self):
        status = self.get_query_argument("status", "open")
        customer = self.get_query_argument("customer")
        rows = self.orders.find(customer, status=status)
        self.write({"orders": [row[0] for row in rows]})


def make_app():
    return tornado.web.Application([(r"/orders", OrdersHandler, {"orders": Orders("orders.db")})])


if __name__ == "__main__":
    make_app().listen(8888, address="127.0.0.1")
    tornado.ioloop.IOLoop.current().start()
