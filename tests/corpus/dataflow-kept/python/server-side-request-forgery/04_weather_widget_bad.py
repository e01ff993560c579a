"""Weather widget: passes requests on to the weather service."""
import json
from urllib.parse import quote

import tornado.httpclient
import tornado.web

SERVICE = "https://weather.example.com"


class WeatherHandler(tornado.web.RequestHandler):
    def upstream(self, place):
        place = quote(place, safe="/:@.-")
        return SERVICE + place + "?units=metric"

    async def get(self):
        place = self.get_query_argument("place", "/berlin")
        client = tornado.httpclient.AsyncHTTPClient()
        try:
            answer = await client.fetch(
                self.upstream(place), request_timeout=5, follow_redirects=False
            )
            report = json.loads(answer.body)
        except (tornado.httpclient.HTTPError, OSError, ValueError):
            self.set_status(502)
            self.write({"error": "no weather today"})
            return
        self.write({"place": place, "report": report})


def make_app():
    return tornado.web.Application([(r"/weather", WeatherHandler)])


if __name__ == "__main__":
    import tornado.ioloop

    make_app().listen(8066)
    tornado.ioloop.IOLoop.current().start()
