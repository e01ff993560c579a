date > "$(mktemp)"
date > /dev/null
