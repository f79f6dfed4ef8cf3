#!/bin/sh
# @SUMMARY@
#
# Plain sh and awk, as POSIX has them: `field PATH` prints a text of the request, `verdict` answers.
# It judges some fifty completions a second; where that is too slow, use Python or Swift.

PATH=/usr/bin:/bin
LC_ALL=C
export PATH LC_ALL

# Prints the text at a path of the request, such as problem.answer; fails where there is none.
field() {
  printf '%s\n' "$request" | awk -v path="$1" -f json.awk
}

# verdict passed 1 "why" | verdict wrong 0 "why" | verdict unscored "" "why"
verdict() {
  reason=$(printf '%s' "$3" | tr -d '\000-\037\177"\\' | cut -c 1-300)
  score=${2:+\"score\":$2,}
  printf '{"id":"%s","outcome":"%s",%s"reason":"%s"}\n' "$id" "$1" "$score" "$reason"
}

# The last line that is not blank, without blanks around it.
last_line() {
  awk 'NF { last = $0 } END { gsub(/^[ \t\r]+|[ \t\r]+$/, "", last); printf "%s", last }'
}

# The completion's last line must be the reference, and nothing else.
judge() {
  if ! reference=$(field problem.answer); then
    verdict unscored "" "the problem has no reference"
    return
  fi
  answer=$(field completion | last_line)
  if [ -n "$answer" ] && [ "$answer" = "$reference" ]; then
    verdict passed 1 "the last line is the reference"
  else
    verdict wrong 0 "the last line is not the reference"
  fi
}

read -r greeting || exit 1
case $greeting in
  '{"hone":1,'*) ;;
  *) echo "the host does not speak version 1 of the protocol" >&2; exit 1 ;;
esac
printf '{"ready":true,"name":"@NAME@","version":"1.0"}\n'

while read -r request; do
  id=$(field id)
  case $id in
    '' | *[!A-Za-z0-9]*) echo "the request has no usable id" >&2; exit 1 ;;
  esac
  judge
done
