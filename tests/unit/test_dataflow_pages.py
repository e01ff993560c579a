"""Pages as frameworks send them: by content type, in pieces, escaped for their place or not."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_pages_of_flask() -> None:
    marked(
        """
        from flask import request, make_response, Response, jsonify, render_template, stream_with_context
        import html, json
        from markupsafe import escape, Markup
        def init(app):
            @app.route("/a", methods=["GET", "POST"])
            def a():
                RESPONSE = ""
                param = request.form.get("p", "")
                RESPONSE += "<html><body>"
                RESPONSE += "<p>"
                RESPONSE += param
                RESPONSE += "</p>"
                return RESPONSE # expect: cross-site-scripting
            @app.route("/b")
            def b():
                RESPONSE = ""
                param = request.cookies.get("p", "x")
                RESPONSE += "<p>%s</p>" % html.escape(param)
                return RESPONSE
            @app.route("/c")
            def c():
                return {"a": request.args["a"]}
            @app.route("/d")
            def d():
                return jsonify(a=request.args["a"])
            @app.route("/e")
            def e():
                r = make_response(request.args["a"])
                r.headers["Content-Type"] = "text/plain"
                return r
            @app.route("/f")
            def f():
                r = make_response("<p>" + request.args["a"]) # expect: cross-site-scripting
                return r
            @app.route("/g")
            def g():
                return Response(request.args["a"], mimetype="text/plain")
            @app.route("/h")
            def h():
                return Response(request.args["a"], content_type="application/json")
            @app.route("/i")
            def i():
                return Response(request.args["a"]) # expect: cross-site-scripting
            @app.route("/j")
            def j():
                return request.args["a"], 200, {"Content-Type": "text/plain"}
            @app.route("/k")
            def k():
                return "<p>" + request.args["a"], 404 # expect: cross-site-scripting
            @app.route("/l")
            def l():
                return json.dumps({"a": request.args["a"]}), 200, {"Content-Type": "application/json"}
            @app.route("/m")
            def m():
                def gen():
                    yield "<p>"
                    yield request.args["a"]
                return Response(gen()) # expect: cross-site-scripting
            @app.route("/n")
            def n():
                def gen():
                    yield "<p>"
                    yield html.escape(request.args["a"])
                return Response(stream_with_context(gen()), mimetype="text/html")
            @app.route("/o")
            def o():
                return render_template("a.html", a=request.args["a"])
            @app.route("/p")
            def p():
                return render_template("a.html", a=Markup(request.args["a"])) # expect: cross-site-scripting
            @app.route("/q")
            def q():
                return f"<a href='{escape(request.args['a'])}'>x</a>" # expect: cross-site-scripting
            @app.route("/r")
            def r():
                return f"<p title='{escape(request.args['a'])}'>x</p>"
            @app.route("/s")
            def s():
                return f"<p title={escape(request.args['a'])}>x</p>" # expect: cross-site-scripting
            @app.route("/t")
            def t():
                return "<p>{}</p>".format(int(request.args["a"]))
            @app.route("/u")
            def u():
                t = request.args["a"].replace("<", "&lt;").replace(">", "&gt;")
                return "<p>" + t + "</p>"
            @app.route("/v")
            def v():
                t = request.args["a"].replace("<script>", "")
                return "<p>" + t + "</p>" # expect: cross-site-scripting
            @app.route("/w")
            def w():
                resp = make_response(json.dumps({"a": request.args["a"]}))
                resp.mimetype = "application/json"
                return resp
            @app.route("/w2")
            def w2():
                return f"<script>var x = '{escape(request.args['a'])}'</script>" # expect: cross-site-scripting
            @app.route("/w3")
            def w3():
                out = []
                for k, v in request.args.items():
                    out.append("<li>%s=%s</li>" % (escape(k), escape(v)))
                return "<ul>" + "".join(out) + "</ul>"
            @app.route("/w4")
            def w4():
                out = []
                for k, v in request.args.items():
                    out.append("<li>%s=%s</li>" % (k, escape(v)))
                return "<ul>" + "".join(out) + "</ul>" # expect: cross-site-scripting
        """
    )


def test_pages_of_django() -> None:
    marked(
        """
        from django.http import HttpResponse, JsonResponse, StreamingHttpResponse, HttpResponseBadRequest
        from django.utils.html import escape, format_html, strip_tags, mark_safe
        from django.shortcuts import render
        from django.utils.safestring import mark_safe as ms
        def a(request):
            return HttpResponse("<p>" + request.GET["q"]) # expect: cross-site-scripting
        def b(request):
            return HttpResponse(request.GET["q"], content_type="text/plain")
        def c(request):
            return HttpResponse(escape(request.GET["q"]))
        def d(request):
            return HttpResponse(format_html("<p>{}</p>", request.GET["q"]))
        def e(request):
            return HttpResponse(format_html("<p>" + request.GET["q"] + "</p>")) # expect: cross-site-scripting
        def f(request):
            return render(request, "a.html", {"q": request.GET["q"]})
        def g(request):
            return render(request, "a.html", {"q": mark_safe(request.GET["q"])}) # expect: cross-site-scripting
        def h(request):
            return JsonResponse({"q": request.GET["q"]})
        def i(request):
            r = HttpResponse()
            r.write("<p>%s</p>" % request.POST.get("x")) # expect: cross-site-scripting
            return r
        def j(request):
            r = HttpResponse(content_type="text/csv")
            r.write(request.POST.get("x"))
            return r
        def k(request):
            return HttpResponseBadRequest("bad " + request.GET["q"]) # expect: cross-site-scripting
        def l(request):
            def rows():
                for q in request.GET.getlist("q"):
                    yield "<li>" + q
            return StreamingHttpResponse(rows()) # expect: cross-site-scripting
        def m(request):
            r = HttpResponse("<p>" + request.GET["q"])
            r["Content-Type"] = "text/plain"
            return r
        """
    )


def test_pages_of_fastapi() -> None:
    marked(
        """
        from fastapi import FastAPI, Request
        from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
        import html
        app = FastAPI()
        @app.get("/a")
        def a(q: str):
            return HTMLResponse("<p>" + q) # expect: cross-site-scripting
        @app.get("/b")
        def b(q: str):
            return "<p>" + q
        @app.get("/c", response_class=HTMLResponse)
        def c(q: str):
            return "<p>" + q # expect: cross-site-scripting
        @app.get("/d")
        def d(q: str):
            return Response(content="<p>" + q, media_type="text/html") # expect: cross-site-scripting
        @app.get("/e")
        def e(q: str):
            return PlainTextResponse(q)
        @app.get("/f")
        def f(q: str):
            return Response(content=q, media_type="application/json")
        @app.get("/g")
        def g(q: int):
            return HTMLResponse(f"<p>{q}")
        @app.get("/h")
        async def h(request: Request):
            form = await request.form()
            return HTMLResponse("<p>" + str(form["a"])) # expect: cross-site-scripting
        @app.get("/i")
        def i(q: str):
            return HTMLResponse("<p>" + html.escape(q))
        @app.get("/j")
        def j(q: str):
            def it():
                yield "<p>" + q
            return StreamingResponse(it(), media_type="text/html") # expect: cross-site-scripting
        """
    )
