"""@SUMMARY@"""

from hone_verifier import last_line, passed, serve, unscored, wrong


def judge(problem, completion, settings):
    """The completion's last line must be the reference, and nothing else."""
    if problem.answer is None:
        return unscored("the problem has no reference")
    answer, reference = last_line(completion), problem.answer.strip()
    if settings.get("ignoreCase"):
        answer, reference = answer.casefold(), reference.casefold()
    if answer and answer == reference:
        return passed("the last line is the reference", answer=answer)
    return wrong("the last line is not the reference", answer=answer)


serve("@NAME@", judge, version="1.0")
