package a
func show(body string) template.HTML { return template.HTML(body) }
