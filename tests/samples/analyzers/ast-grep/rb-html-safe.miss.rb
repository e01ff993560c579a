body = "<br>".html_safe
clean = sanitize(comment.text).html_safe
