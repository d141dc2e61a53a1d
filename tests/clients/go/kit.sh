# What the scripts share: a line for the person at the browser, and their answer.
ask() { echo "$1"; IFS= read -r answer; case $answer in ok*) ;; *) echo "$answer" >&2; exit 1 ;; esac; }
