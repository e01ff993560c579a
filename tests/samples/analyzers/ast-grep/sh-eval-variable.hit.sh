eval "$command --all"
