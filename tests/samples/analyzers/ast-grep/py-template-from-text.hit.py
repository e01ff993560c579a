def greet(name):
    return render_template_string(f"<h1>Hello {name}</h1>")
