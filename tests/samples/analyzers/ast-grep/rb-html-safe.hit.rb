body = comment.text.html_safe
