"""Everything that a verifier in Python needs but its judgement: protocol, bounds and errors.

One file without dependencies, for Python 3.8 and later; copy it beside your program. A verifier is
one function and one call:

    from hone_verifier import last_line, passed, serve, unscored, wrong

    def judge(problem, completion, settings):
        if problem.answer is None:
            return unscored("the problem has no reference")
        if last_line(completion) == problem.answer:
            return passed("the last line is the reference")
        return wrong("the last line is something else")

    serve("my-checker", judge, version="1.0")

The completion is hostile text: parse it, bound what that costs, never evaluate it. Equal questions
must get equal verdicts, in any order, so keep nothing from one call for the next. `print` goes to
standard error, where the host keeps it for the record. What `judge` raises leaves that one request
unscored, with the error as the reason.
"""

import json
import math
import sys
import traceback
from collections import namedtuple

PROTOCOL = 1
LINE_LIMIT = 1 << 20  # bytes of a line, without its line feed
REASON_LIMIT = 1000  # characters of a reason
ANSWER_LIMIT = 256  # bytes of an answer's name

Verdict = namedtuple("Verdict", "outcome score reason answer")
Problem = namedtuple("Problem", "id prompt answer metadata")


def passed(reason, score=1.0, answer=None):
    """The completion answers the problem. `answer` names what it answers, so that votes count equal
    answers as equal."""
    return Verdict("passed", score, reason, answer)


def wrong(reason, score=0.0, answer=None):
    """The completion does not answer the problem. Do not repeat the reference in the reason."""
    return Verdict("wrong", score, reason, answer)


def unscored(reason):
    """Nobody can say, for example because the problem lacks what is needed."""
    return Verdict("unscored", None, reason, None)


def last_line(text):
    """The last line that is not blank, without white space around it; "" where there is none."""
    for line in reversed(text.splitlines()):
        if line.strip():
            return line.strip()
    return ""


def serve(name, judge, version="1.0"):
    """Answers the host's questions until its input ends.

    `judge(problem, completion, settings)` gets the problem with `id`, `prompt`, `answer` (None where
    the problem has none) and `metadata` (a dict), the completion's text, and the settings (a dict),
    and returns what `passed`, `wrong` or `unscored` made.
    """
    # A stray print must not break the protocol.
    output, sys.stdout = sys.stdout.buffer, sys.stderr
    greeting = _read(sys.stdin.buffer)
    if greeting is None or greeting.get("hone") != PROTOCOL:
        sys.exit("%s: the host does not speak version %d of the protocol" % (name, PROTOCOL))
    settings = greeting.get("settings") or {}
    _write(output, {"ready": True, "name": name, "version": version})
    while True:
        request = _read(sys.stdin.buffer)
        if request is None:
            return
        verdict = _verdict(judge, request, settings)
        answer = {"id": request["id"], "outcome": verdict.outcome, "reason": verdict.reason}
        if verdict.outcome != "unscored":
            answer["score"] = verdict.score
        if verdict.answer is not None:
            answer["answer"] = verdict.answer
        _write(output, answer)


def _read(source):
    """The object on the next line; None at the input's end."""
    line = source.readline(LINE_LIMIT + 2)
    if not line:
        return None
    if not line.endswith(b"\n"):
        sys.exit("the host's line is longer than %d bytes, or ends early" % LINE_LIMIT)
    message = json.loads(line)
    if not isinstance(message, dict):
        sys.exit("the host's line is no object")
    return message


def _write(output, message):
    # ASCII alone, so that no text can hold a line break, or what is no UTF-8.
    output.write(json.dumps(message, ensure_ascii=True).encode("ascii") + b"\n")
    output.flush()


def _verdict(judge, request, settings):
    """What `judge` says, made fit for the protocol; nothing that it gets wrong is ever scored."""
    try:
        fields = request["problem"]
        problem = Problem(
            fields["id"], fields["prompt"], fields.get("answer"), fields.get("metadata") or {}
        )
        return _checked(judge(problem, request["completion"], dict(settings)))
    except Exception as error:  # a bug in the verifier is no verdict on the completion
        traceback.print_exc(limit=8, file=sys.stderr)
        sys.stderr.flush()
        return unscored(("the verifier raised %s: %s" % (type(error).__name__, error))[:REASON_LIMIT])


def _checked(verdict):
    if not isinstance(verdict, Verdict):
        raise TypeError("judge returned %s, not a verdict" % type(verdict).__name__)
    outcome, score, reason, answer = verdict
    reason = str(reason)[:REASON_LIMIT]
    if outcome == "unscored":
        return unscored(reason)
    if isinstance(score, bool) or not isinstance(score, (int, float)):
        raise TypeError("the score is %s, not a number" % type(score).__name__)
    if not math.isfinite(score) or not 0 <= score <= 1:
        raise ValueError("the score is %r, not a number in 0...1" % score)
    if answer is not None:
        answer = str(answer).encode("utf-8", "replace")[:ANSWER_LIMIT].decode("utf-8", "ignore")
    return Verdict(outcome, float(score), reason, answer)
