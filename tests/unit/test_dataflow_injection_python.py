"""XML parsers, directories and XPath as Python's applications use them."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_parsers_and_their_features() -> None:
    marked(
        """
        import xml.sax, xml.sax.handler, xml.dom.minidom, xml.dom.pulldom
        import xml.etree.ElementTree as ET
        from lxml import etree
        from flask import request
        from io import BytesIO, StringIO
        def a():
            p = xml.sax.make_parser()
            p.setFeature(xml.sax.handler.feature_external_ges, True)
            p.parse(BytesIO(request.data)) # expect: xml-external-entities
        def b():
            p = xml.sax.make_parser()
            p.setFeature(xml.sax.handler.feature_external_ges, False)
            p.parse(BytesIO(request.data))
        def c():
            p = xml.sax.make_parser()
            p.parse(BytesIO(request.data))
        def d():
            p = xml.sax.make_parser()
            p.setFeature(xml.sax.handler.feature_external_ges, True)
            xml.dom.minidom.parseString(request.data, p) # expect: xml-external-entities
        def d2():
            p = xml.sax.make_parser()
            p.setFeature(xml.sax.handler.feature_external_ges, True)
            doc = xml.dom.pulldom.parseString(request.form["x"], parser=p) # expect: xml-external-entities
        def e():
            return ET.fromstring(request.data)
        def f():
            p = etree.XMLParser(resolve_entities=True, no_network=False)
            etree.fromstring(request.data, p) # expect: xml-external-entities
        def g():
            p = etree.XMLParser(resolve_entities=False)
            etree.fromstring(request.data, parser=p)
        def h():
            p = etree.XMLParser(load_dtd=True, no_network=False, resolve_entities=True)
            etree.parse(BytesIO(request.data), p) # expect: xml-external-entities
        def make(ok):
            return etree.XMLParser(resolve_entities=not ok)
        def i():
            etree.fromstring(request.data, make(False)) # expect: xml-external-entities
        def j():
            etree.fromstring(request.data, make(True))
        def k():
            opts = {"resolve_entities": True}
            etree.XML(request.data, etree.XMLParser(**opts)) # expect: xml-external-entities
        class P:
            def __init__(self):
                self.parser = xml.sax.make_parser()
                self.parser.setFeature(xml.sax.handler.feature_external_ges, 1)
            def run(self, data):
                self.parser.parse(StringIO(data)) # expect: xml-external-entities
        def l():
            P().run(request.form["x"])
        """
    )


def test_directories() -> None:
    marked(
        """
        import ldap, ldap3
        from ldap3.utils.conv import escape_filter_chars
        import ldap.filter, ldap.dn
        from flask import request
        def con():
            return ldap3.Connection(ldap3.Server("x"), auto_bind=True)
        def a():
            con().search("dc=x", f"(uid={request.args['u']})", attributes=["*"]) # expect: ldap-injection
        def b():
            con().search("dc=x", f"(uid={escape_filter_chars(request.args['u'])})", attributes=["*"])
        def c():
            con().search(search_base="dc=x", search_filter="(&(uid=%s)(x=1))" % request.args["u"]) # expect: ldap-injection
        def d():
            con().search("ou=" + request.args["u"] + ",dc=x", "(objectClass=*)") # expect: ldap-injection
        def e():
            l = ldap.initialize("x")
            l.search_s("dc=x", ldap.SCOPE_SUBTREE, ldap.filter.filter_format("(uid=%s)", [request.args["u"]]))
        def f():
            l = ldap.initialize("x")
            l.simple_bind_s("uid=%s,dc=x" % ldap.dn.escape_dn_chars(request.form["u"]), request.form["p"])
        def esc(v):
            v = v.replace("\\\\", r"\\5c").replace("*", r"\\2a").replace("(", r"\\28")
            return v.replace(")", r"\\29").replace("\\0", r"\\00")
        def g():
            con().search("dc=x", "(uid=" + esc(request.args["u"]) + ")")
        def h():
            v = request.args["u"].replace("*", "")
            con().search("dc=x", "(uid=" + v + ")") # expect: ldap-injection
        def h2():
            out = []
            for c in request.args["u"]:
                if c in "\\\\*()\\0":
                    out.append("\\\\%02x" % ord(c))
                else:
                    out.append(c)
            con().search("dc=x", "(uid=" + "".join(out) + ")")
        def h3():
            table = {"\\\\": "\\\\5c", "*": "\\\\2a", "(": "\\\\28", ")": "\\\\29", "\\0": "\\\\00"}
            con().search("dc=x", "(uid=" + "".join(table.get(c, c) for c in request.args["u"]) + ")")
        def h4():
            out = "".join("\\\\%02x" % ord(c) if c in "\\\\*()\\0" else c for c in request.args["u"])
            con().search("dc=x", "(uid=" + out + ")")
        def h5():
            t = str.maketrans({"*": "\\\\2a", "(": "\\\\28", ")": "\\\\29", "\\\\": "\\\\5c", "\\0": "\\\\00"})
            con().search("dc=x", "(uid=" + request.args["u"].translate(t) + ")")
        """
    )


def test_paths_of_xml() -> None:
    marked(
        """
        from lxml import etree
        import elementpath
        import xml.etree.ElementTree as ET
        from flask import request
        root = etree.parse("x").getroot()
        r2 = ET.parse("y").getroot()
        def a():
            return root.xpath("//u[@n='" + request.args["n"] + "']") # expect: xpath-injection
        def b():
            return root.xpath("//u[@n=$n]", n=request.args["n"])
        def c():
            f = etree.XPath("//u[@n=$n]")
            return f(root, n=request.args["n"])
        def d():
            return r2.findall(f".//u[@n='{request.args['n']}']") # expect: xpath-injection
        def e():
            n = request.args["n"]
            if "'" in n:
                return None
            return root.xpath(f"//u[@n='{n}']")
        def f():
            n = request.args["n"]
            if "'" in n or '"' in n:
                raise ValueError("bad")
            return root.xpath(f'//u[@n="{n}"]')
        def g():
            q = '"' if "'" in request.args["n"] else "'"
            return root.xpath("//u[@n=" + q + request.args["n"] + q + "]") # expect: xpath-injection
        def h():
            return elementpath.select(r2, "//u[@n='%s']" % request.args["n"]) # expect: xpath-injection
        def i():
            n = request.args["n"].replace("'", "&apos;")
            return root.xpath(f"//u[@n='{n}']")
        def j():
            n = request.args["n"].strip("'")
            return root.xpath(f"//u[@n='{n}']") # expect: xpath-injection
        """
    )
