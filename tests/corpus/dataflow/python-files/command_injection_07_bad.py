import operator
import subprocess

import falcon


class VolumeResource:
    pick = operator.itemgetter("mount", "unit")

    def on_get(self, req, resp, mount):
        record = {"mount": mount, "unit": req.get_param("unit", default="k")}
        point, unit = self.pick(record)
        if unit not in ("k", "m", "g"):
            raise falcon.HTTPBadRequest(title="volume")
        code, text = subprocess.getstatusoutput(f"df --block-size=1{unit} /mnt/{point}")
        resp.media = {"code": code, "lines": text.count("\n")}


app = falcon.App()
app.add_route("/volumes/{mount}", VolumeResource())
