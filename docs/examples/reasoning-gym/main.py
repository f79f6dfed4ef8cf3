"""Scores completions as the package reasoning-gym itself does."""

import contextlib
import sys

from hone_verifier import passed, serve, unscored, wrong

sys.path.append("packages")  # pip install --target packages reasoning-gym
try:
    with contextlib.redirect_stdout(sys.stderr):  # standard output belongs to the protocol
        from reasoning_gym import get_score_answer_fn
        from reasoning_gym.utils import extract_answer
except ImportError as error:
    missing = f"reasoning-gym cannot be imported: {error}"
else:
    missing = None


def judge(problem, completion, settings):
    if missing:
        return unscored(missing)
    family = problem.metadata.get("source_dataset")
    try:
        score_answer = get_score_answer_fn(family)
    except ValueError:
        return unscored(f"reasoning-gym has no family {family!r}")
    entry = {"question": problem.prompt, "answer": problem.answer, "metadata": problem.metadata}
    score = score_answer(extract_answer(completion) or completion.strip(), entry)
    # Some families give 0.01 or 0.05 to any text at all, which nobody should learn from.
    return passed("full score") if score >= 1 else wrong("less than the full score")


serve("reasoning-gym", judge, version="1.0")
