eval "set -e"
"${command[@]}" --all
