"""The warm Python that cells are forked from, and what a program meets inside its cell.

    python3 -s -S python_host.py LIBRARY OPTIONS

The server part is four lines at the end: import what programs use, load the library, call it. The
call returns in a new cell only; all else here runs there, beside the program and at its mercy.
Nothing here knows an expected value, and nothing it writes is believed further than its form: a
program that forges records gains what it would gain by returning the same values.

A job is one JSON object on descriptor 0; what follows it there is the program's input. Records go to
descriptor 3, one JSON object a line:

    {"index": 0, "value": TAGGED}            what a call returned
    {"index": 0, "raised": "ValueError"}     what it raised
    {"index": 0, "type": "Matrix"}           it returned what is not plain data
    {"failed": HOW, "type": "SyntaxError"}   the program itself failed; HOW is one of
        source, raised, memory, processes, files, missing, notCallable, arguments, output, exit

Values are tagged so that nothing is lost in JSON: None, booleans, strings and lists are themselves;
{"i": "12"}, {"f": "0.5"}, {"c": ["0.0", "1.0"]}, {"b": "6869"} are numbers and bytes, {"u": [55296]}
is a string that is not Unicode, {"t": [...]}, {"s": [...]}, {"z": [...]} are a tuple, a set and a
frozen set, {"d": [[key, value], ...]} is a dictionary. An argument may also be {"e": "Pair(1, 2)"},
source that is evaluated among the program's names.
"""

import atexit
import builtins
import collections
import errno
import gc
import json
import os
import sys
import threading
import time
import traceback

DEPTH_LIMIT = 32
VALUE_LIMIT = 100_000
DIGIT_BITS = 13_000  # 10 ** 3900; the other side reads no longer decimal numbers

RECORDS = 3
HOME = 2  # the program's own process, as its cell counts


class NotPlain(Exception):
    """A value that is not made of built-in types alone, or is too large."""


# MARK: values


def tagged(value, budget, depth=0):
    """Says what a value is; subclasses are refused, but for the dictionaries of `collections`."""
    budget[0] -= 1
    if depth > DEPTH_LIMIT or budget[0] < 0:
        raise NotPlain("too large a value")
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return text(value)
    if kind is int:
        return {"i": str(value) if value.bit_length() < DIGIT_BITS else hex(value)}
    if kind is float:
        return {"f": repr(value)}
    depth += 1
    if kind is list:
        return [tagged(element, budget, depth) for element in value]
    if kind is tuple:
        return {"t": [tagged(element, budget, depth) for element in value]}
    if kind is dict or kind in DICTIONARIES:
        return {
            "d": [
                [tagged(key, budget, depth), tagged(element, budget, depth)]
                for key, element in dict.items(value)
            ]
        }
    if kind is set:
        return {"s": [tagged(element, budget, depth) for element in value]}
    if kind is frozenset:
        return {"z": [tagged(element, budget, depth) for element in value]}
    if kind is bytes:
        return {"b": value.hex()}
    if kind is complex:
        return {"c": [repr(value.real), repr(value.imag)]}
    raise NotPlain(kind.__name__)


DICTIONARIES = (collections.Counter, collections.OrderedDict, collections.defaultdict)


def text(string):
    if string.isascii():
        return string
    try:
        string.encode()
        return string
    except UnicodeEncodeError:
        return {"u": [ord(character) for character in string]}


def untagged(value):
    """Makes the value that `tagged` describes."""
    kind = type(value)
    if kind is list:
        return [untagged(element) for element in value]
    if kind is not dict:
        return value
    ((tag, content),) = value.items()
    return MAKERS[tag](content)


MAKERS = {
    "i": lambda content: int(content, 0),
    "f": float,
    "c": lambda content: complex(float(content[0]), float(content[1])),
    "b": bytes.fromhex,
    "u": lambda content: "".join(map(chr, content)),
    "t": lambda content: tuple(untagged(element) for element in content),
    "s": lambda content: {untagged(element) for element in content},
    "e": lambda content: eval(content, sys.modules["program"].__dict__),
    "z": lambda content: frozenset(untagged(element) for element in content),
    "d": lambda content: {untagged(key): untagged(element) for key, element in content},
}


# MARK: records


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


def line(record):
    return json.dumps(record).encode() + b"\n"


def name_of(error):
    name = type(error).__name__
    return name[:60] if name.isascii() and name.isidentifier() else "Exception"


def how_failed(error):
    """Which limit an exception comes from, or simply `raised`."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, SystemExit):
        return "exit"
    if isinstance(error, OSError):
        if error.errno == errno.EAGAIN:
            return "processes"
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            return "files"
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return "processes"
    return "raised"


def fail(how, error=None, status=1):
    """Reports that the program itself failed, and ends; a fork of the program's ends in silence."""
    if os.getpid() == HOME:
        record = {"failed": how, "type": name_of(error) if error is not None else ""}
        write_all(RECORDS, line(record))
    if error is not None and not isinstance(error, SystemExit):
        print_error(error)
    flush(sys.stdout)
    os._exit(status)


def print_error(error):
    try:
        # Without the frames of this file.
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace, limit=-8, chain=False)
        sys.stderr.flush()
    except BaseException:  # whatever is left of the process may refuse even this
        pass


def flush(stream):
    try:
        stream.flush()
        return True
    except BaseException:  # closed, or replaced by something of the program's
        return False


# MARK: programs


def load(source, name):
    """Runs a source as the module `name`; returns its names."""
    try:
        code = compile(source, "main.py", "exec", dont_inherit=True)
    except BaseException as error:
        fail("memory" if isinstance(error, MemoryError) else "source", error)
    module = type(sys)(name)
    module.__file__ = "/work/main.py"
    sys.modules[name] = module
    exec(code, module.__dict__)
    return module.__dict__


def run_program(job):
    """A program with standard input and output: everything as if Python had been started for it."""
    status = 0
    failure = None
    try:
        load(job["source"], "__main__")
    except SystemExit as request:
        status = exit_status(request)
    except BaseException as error:
        failure, status = error, 1
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
    except BaseException as error:
        failure, status = failure or error, status or 1
    if failure is not None:
        fail(how_failed(failure), failure, status)
    if not flush(sys.stdout) and status == 0:
        fail("output", None, 120)
    flush(sys.stderr)
    os._exit(status)


def exit_status(request):
    code = request.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def load_function(job):
    """Runs the program's own statements, then finds its function."""
    try:
        names = load(job["source"], "program")
    except BaseException as error:
        fail(how_failed(error), error)
    stay_home()
    function = names.get(job["entry"])
    if function is None:
        fail("missing")
    if not callable(function):
        fail("notCallable")
    return function


def stay_home():
    """Ends a fork of the program's that came back here: one process answers."""
    if os.getpid() != HOME:
        os._exit(1)


def call(function, index, arguments, keywords):
    """Calls the function once; returns the record of it."""
    try:
        arguments = [untagged(argument) for argument in arguments]
        keywords = {name: untagged(value) for name, value in keywords.items()}
        value = function(*arguments, **keywords)
        stay_home()
        return {"index": index, "value": tagged(value, [VALUE_LIMIT])}
    except NotPlain as refusal:
        return {"index": index, "type": str(refusal)[:60]}
    except BaseException as error:
        stay_home()
        how = how_failed(error)
        # A call that does not fit fails before a frame of the function is entered.
        if isinstance(error, TypeError) and error.__traceback__.tb_next is None:
            how = "arguments"
        if how == "raised":
            print_error(error)
            return {"index": index, "raised": name_of(error)}
        fail(how, error)


def run_function(job):
    """Calls the function once for each list of arguments."""
    detach_input()
    function = load_function(job)
    lines = []
    last = time.monotonic()
    for index, (arguments, keywords) in enumerate(job["calls"]):
        lines.append(line(call(function, index, arguments, keywords)))
        # What is known is kept should a later call never end.
        if (moment := time.monotonic()) - last > 0.05:
            write_all(RECORDS, b"".join(lines))
            lines, last = [], moment
    write_all(RECORDS, b"".join(lines))
    os._exit(0)


def run_candidate(job):
    """Calls the function whenever the tests in another cell ask for it."""
    questions = os.fdopen(detach_input(), "rb")
    function = load_function(job)
    for index, question in enumerate(questions):
        arguments, keywords = json.loads(question)
        write_all(RECORDS, line(call(function, index, arguments, keywords)))
    os._exit(0)


def run_tests(job):
    """Runs tests that are code, with a stub in the place of the function.

    Its records: {"call": [arguments, keywords]} asks for a call, {"tests": "passed"},
    {"tests": "failed"} or {"tests": "broken"} ends it. No candidate's code is here, only its values.
    """
    answers = os.fdopen(detach_input(), "rb")

    def stub(*arguments, **keywords):
        try:
            question = [
                [tagged(argument, [VALUE_LIMIT]) for argument in arguments],
                {name: tagged(value, [VALUE_LIMIT]) for name, value in keywords.items()},
            ]
        except NotPlain as refusal:  # no candidate can be asked this
            print_error(refusal)
            write_all(RECORDS, line({"tests": "broken"}))
            os._exit(0)
        write_all(RECORDS, line({"call": question}))
        answer = answers.readline()
        if not answer:
            raise RuntimeError("the candidate is gone")
        record = json.loads(answer)
        if "value" in record:
            return untagged(record["value"])
        kind = getattr(builtins, record.get("raised", ""), RuntimeError)
        is_error = isinstance(kind, type) and issubclass(kind, Exception)
        # In map or zip it would end the loop of a test, which then passes.
        is_error = is_error and not issubclass(kind, (StopIteration, StopAsyncIteration))
        raise (kind if is_error else RuntimeError)("the candidate raised")

    names = {"__name__": "tests"}
    result = "passed"
    try:
        for source in job["sources"]:
            exec(compile(source, "tests.py", "exec", dont_inherit=True), names)
            names[job["entry"]] = names["candidate"] = stub
        if job["call"]:
            names[job["call"]](stub)
    except BaseException as error:
        print_error(error)
        result = "failed"
    write_all(RECORDS, line({"tests": result}))
    os._exit(0)


# MARK: the cell


def detach_input():
    """Moves the job's descriptor away from standard input, which becomes empty."""
    job = os.dup(0)
    empty = os.open("/dev/null", os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return job


def read_job(length):
    parts = []
    while length > 0:
        part = os.read(0, min(length, 1 << 20))
        if not part:
            os._exit(127)
        parts.append(part)
        length -= len(part)
    return json.loads(b"".join(parts))


KINDS = {
    "program": run_program,
    "function": run_function,
    "candidate": run_candidate,
    "tests": run_tests,
}


def main():
    import importlib
    import random
    import ctypes

    library, options = sys.argv[1:3]
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:  # a smaller Python; a program that wants it finds out by itself
            pass
    serve = ctypes.PyDLL(library).cell_serve
    serve.restype = ctypes.c_int64
    sys.argv[:] = ["main.py"]
    sys.orig_argv[:] = ["python3", "main.py"]
    sys.path[:] = [path for path in sys.path if path.startswith("/usr/")]
    # Every program starts with the same random numbers: what it does can be done again.
    random.seed(0)
    gc.collect()
    gc.freeze()
    gc.disable()
    length = serve(0, 1, options.encode())
    if length < 0:
        sys.exit(1)
    gc.enable()
    job = read_job(length)
    KINDS[job["kind"]](job)


# What programs of this size use; importing it costs more than running most of them.
PRELOADED = """
    __future__ abc array ast bisect calendar cmath collections.abc contextlib copy copyreg csv
    dataclasses datetime decimal enum fractions functools hashlib heapq inspect io itertools math
    numbers operator pprint queue random re statistics string struct textwrap types typing
    unicodedata uuid warnings weakref zlib
""".split()

if __name__ == "__main__":
    main()
