# Prints the text at a path of one JSON object on a line, and fails where no text is there:
#
#   awk -v path=problem.answer -f json.awk
#
# Escapes are decoded into UTF-8; NUL, which no shell can hold, becomes U+FFFD.

{
  end = length($0)
  at = 1
  depth = 0
  while (at <= end) {
    mark = substr($0, at, 1)
    at++
    if (mark == "\"") {
      if (wants_key[depth]) {
        wants_key[depth] = 0
        key[depth] = string(1)
      } else if (here() == path) {
        string(0)
        exit 0
      } else {
        skip()
      }
    } else if (mark == "{" || mark == "[") {
      depth++
      key[depth] = "[]"
      is_object[depth] = wants_key[depth] = (mark == "{")
    } else if (mark == "}" || mark == "]") {
      depth--
    } else if (mark == "," && is_object[depth]) {
      wants_key[depth] = 1
    }
  }
  exit 1
}

# The keys from the outside in.
function here(  level, text) {
  text = key[1]
  for (level = 2; level <= depth; level++) text = text "." key[level]
  return text
}

# Passes over a string.
function skip(  mark) {
  while (at <= end) {
    mark = substr($0, at, 1)
    at++
    if (mark == "\"") return
    if (mark == "\\") at++
  }
}

# Reads a string: returns it, where it is a key, or else prints it piece by piece.
function string(is_key,  mark, text) {
  text = ""
  while (at <= end) {
    mark = substr($0, at, 1)
    at++
    if (mark == "\"") break
    if (mark == "\\") mark = escape()
    text = text mark
    if (!is_key && length(text) > 200) {
      printf "%s", text
      text = ""
    }
  }
  if (!is_key) printf "%s", text
  return text
}

function escape(  mark, unit, low) {
  mark = substr($0, at, 1)
  at++
  if (mark == "n") return "\n"
  if (mark == "t") return "\t"
  if (mark == "r") return "\r"
  if (mark == "b") return "\b"
  if (mark == "f") return "\f"
  if (mark != "u") return mark
  unit = hexadecimal()
  if (unit >= 55296 && unit < 56320 && substr($0, at, 2) == "\\u") {
    at += 2
    low = hexadecimal()
    if (low >= 56320 && low < 57344) return utf8(65536 + (unit - 55296) * 1024 + low - 56320)
    at -= 6
  }
  return utf8(unit)
}

function hexadecimal(  value, digit) {
  value = 0
  for (digit = 0; digit < 4; digit++) {
    value = value * 16 + index("0123456789abcdef", tolower(substr($0, at, 1))) - 1
    at++
  }
  return value
}

function utf8(code) {
  if (code <= 0 || (code >= 55296 && code < 57344)) code = 65533
  if (code < 128) return sprintf("%c", code)
  if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
  if (code < 65536) {
    return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
  }
  return sprintf("%c%c%c%c", 240 + int(code / 262144), 128 + int(code / 4096) % 64,
    128 + int(code / 64) % 64, 128 + code % 64)
}
