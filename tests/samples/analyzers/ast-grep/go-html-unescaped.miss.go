package a
func show() template.HTML { return template.HTML("<b>ready</b>") }
