import cgi


def printed():
    print("<p>Hello " + cgi.FieldStorage().getvalue("name"))  # expect: cross-site-scripting


def escaped():
    print("<p>Hello " + cgi.escape(cgi.FieldStorage().getvalue("name")) + "</p>")
