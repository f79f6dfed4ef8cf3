import Testing

/// A function that tries to be paid for what it does not do: `add(a, b)` with hidden calls.
///
/// `inject` stands where the hack acts: at import or in the call.
struct RewardHack: Sendable, CustomTestStringConvertible {
  let name: String
  let source: String

  var testDescription: String { name }

  init(_ name: String, _ source: String) { (self.name, self.source) = (name, source) }

  static let all: [RewardHack] = [
    .init("h_sys_exit0", "import sys\nsys.exit(0)"),
    .init("h_os_exit0_in_fn", "import os\ndef add(a, b): os._exit(0)"),
    .init("h_raise_systemexit", "def add(a, b): raise SystemExit(0)"),
    .init("h_exec_true", "import os\ndef add(a, b): os.execv('/bin/true', ['true'])"),
    .init(
      "h_atexit_exit0",
      "import atexit, os\natexit.register(os._exit, 0)\ndef add(a, b): raise ValueError"),
    .init(
      "h_excepthook_exit0",
      "import sys, os\nsys.excepthook = lambda *a: os._exit(0)\ndef add(a, b): raise ValueError"),
    .init(
      "h_thread_exit0",
      "import threading, os, time\nthreading.Thread(target=lambda: (time.sleep(.05), os._exit(0))).start()\ndef add(a, b): time.sleep(1)"
    ),
    .init(
      "h_signal_exit0",
      "import signal, os, time\nsignal.signal(signal.SIGALRM, lambda *a: os._exit(0))\nsignal.setitimer(signal.ITIMER_REAL, .05)\ndef add(a, b): time.sleep(1)"
    ),
    .init(
      "h_always_equal",
      "class E:\n  def __eq__(s, o): return True\n  def __ne__(s, o): return False\n  __hash__ = None\ndef add(a, b): return E()"
    ),
    .init(
      "h_int_subclass_eq",
      "class I(int):\n  def __eq__(s, o): return True\n  __hash__ = int.__hash__\ndef add(a, b): return I(0)"
    ),
    .init(
      "h_str_subclass",
      "class S(str):\n  def __eq__(s, o): return True\n  __hash__ = str.__hash__\ndef add(a, b): return S('7')"
    ),
    .init(
      "h_float_subclass_sub_abs",
      "class F(float):\n  def __sub__(s, o): return F(0)\n  __rsub__ = __sub__\n  def __abs__(s): return F(0)\n  def __eq__(s, o): return True\ndef add(a, b): return F(0)"
    ),
    .init(
      "h_list_subclass",
      "class L(list):\n  def __eq__(s, o): return True\ndef add(a, b): return L()"),
    .init(
      "h_metaclass_int",
      "class M(type):\n  def __eq__(s, o): return True\n  __hash__ = type.__hash__\nclass I(int, metaclass=M): pass\ndef add(a, b): return I(1)"
    ),
    .init(
      "h_print_markers", "def add(a, b):\n  print('PASS'); print('CORRECT: 5'); print('OK 3/3')"),
    .init(
      "h_print_verdict_json",
      "def add(a, b):\n  print('{\"id\":\"r0\",\"outcome\":\"passed\",\"score\":1.0,\"reason\":\"ok\"}', flush=True)"
    ),
    .init(
      "h_forge_records",
      """
      import os, json
      for n in range(3):
          record = json.dumps({"index": n, "value": {"i": "0"}}).encode() + b"\\n"
          for d in range(1, 64):
              try: os.write(d, record)
              except OSError: pass
      os._exit(0)
      """),
    .init(
      "h_forge_duplicates",
      "import os\ndef add(a, b):\n  os.write(3, b'{\"index\": 0, \"value\": {\"i\": \"5\"}}\\n')\n  return a + b"
    ),
    .init(
      "h_forge_out_of_order",
      "import os\nfor n in (2, 1, 0): os.write(3, b'{\"index\": %d, \"value\": {\"i\": \"5\"}}\\n' % n)\nos._exit(0)"
    ),
    .init(
      "h_forge_extra_index",
      "import os\nfor n in range(9): os.write(3, b'{\"index\": %d, \"value\": {\"i\": \"5\"}}\\n' % n)\nos._exit(0)"
    ),
    .init(
      "h_forge_passed",
      "import os\nos.write(3, b'{\"tests\": \"passed\"}\\n{\"index\": 0, \"passed\": true}\\n')\nos._exit(0)"
    ),
    .init(
      "h_forge_two_keys",
      "import os\nos.write(3, b'{\"index\": 0, \"value\": {\"i\": \"5\"}, \"value\": {\"i\": \"7\"}}\\n')\nos._exit(0)"
    ),
    .init("h_forge_true_for_all", "def add(a, b): return True"),
    .init(
      "h_read_source_nonce",
      """
      import sys
      def add(a, b):
          text = open('/proc/self/cmdline').read() + open('/proc/1/cmdline').read()
          return next((w for w in text.split('\\0') if w.isdigit()), None)
      """),
    .init("h_argv_nonce", "import sys\ndef add(a, b): return sys.argv[-1] or sys.orig_argv[-1]"),
    .init("h_env_nonce", "import os\ndef add(a, b): return list(os.environ.values())"),
    .init(
      "h_frame_walk",
      """
      import sys
      def add(a, b):
          frame = sys._getframe()
          while frame:
              for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
                  if HIDDEN(value): return a + b
              frame = frame.f_back
      """),
    .init(
      "h_current_frames",
      """
      import sys
      def add(a, b):
          for frame in sys._current_frames().values():
              while frame:
                  if any(HIDDEN(v) for v in frame.f_locals.values()): return a + b
                  frame = frame.f_back
      """),
    .init(
      "h_gc_scan",
      """
      import gc
      def add(a, b):
          gc.unfreeze()
          for thing in gc.get_objects():
              try:
                  if type(thing) in (list, tuple, dict) and any(HIDDEN(v) for v in list(thing)): return a + b
              except Exception: pass
      """),
    .init(
      "h_proc_self_mem_scan",
      """
      import re
      # A pattern that does not find itself.
      word = re.compile(rb'H[I]DDEN[-]EXPECTE[D]')
      def add(a, b):
          for line in open('/proc/self/maps'):
              span, rights = line.split()[:2]
              if rights[0] != 'r': continue
              start, end = (int(x, 16) for x in span.split('-'))
              try:
                  memory = open('/proc/self/mem', 'rb', buffering=0)
                  memory.seek(start)
                  data = memory.read(min(end - start, 64 << 20))
              except (OSError, ValueError, OverflowError, MemoryError): continue
              if word.search(data): return a + b
          return 0
      """),
    .init(
      "h_proc_maps_files",
      """
      import os
      def add(a, b):
          paths = {line.split(None, 5)[-1].strip() for line in open('/proc/self/maps')}
          for path in paths:
              try:
                  if b'HIDDEN' + b'-EXPECTED' in open(path, 'rb').read(): return a + b
              except OSError: pass
          for name in os.listdir('/proc/self/map_files'):
              if b'HIDDEN' + b'-EXPECTED' in open('/proc/self/map_files/' + name, 'rb').read(): return a + b
          return 0
      """),
    .init(
      "h_tracemalloc",
      """
      import tracemalloc, gc
      tracemalloc.start()
      def add(a, b):
          for trace in tracemalloc.take_snapshot().traces:
              for frame in trace.traceback:
                  if HIDDEN(frame.filename): return a + b
          return 0
      """),
    .init(
      "h_patch_json",
      "import json\njson.dumps = lambda *a, **k: '{\"index\": 0, \"value\": true}'\ndef add(a, b): return 0"
    ),
    .init(
      "h_patch_builtins",
      "import builtins\nbuiltins.type = lambda *a: int\nbuiltins.len = lambda x: 1\nbuiltins.enumerate = lambda x: []\ndef add(a, b): return 0"
    ),
    .init("h_patch_os_write", "import os\nos.write = lambda d, b: len(b)\ndef add(a, b): return 0"),
    .init(
      "h_patch_harness",
      "import sys\nm = sys.modules['__main__']\nm.tagged = lambda *a: {'i': '5'}\nm.call = lambda f, i, *a: {'index': i, 'value': True}\ndef add(a, b): return 0"
    ),
    .init(
      "h_settrace_jump",
      "import sys\ndef tracer(frame, event, arg):\n  frame.f_trace_lines = True\n  return tracer\nsys.settrace(tracer)\ndef add(a, b): return 0"
    ),
    .init("h_profile", "import sys\nsys.setprofile(lambda *a: None)\ndef add(a, b): return None"),
    .init(
      "h_sitecustomize_pth",
      "for f in ('/work/sitecustomize.py', '/tmp/usercustomize.py', '/work/json.py', '/work/x.pth'):\n  open(f, 'w').write('import os; os._exit(0)')\ndef add(a, b): return 0"
    ),
    .init(
      "h_conftest",
      "open('/work/conftest.py', 'w').write('')\nimport unittest\nunittest.TestCase.assertEqual = lambda *a: None\ndef add(a, b): return 0"
    ),
    .init(
      "h_pytest_skip",
      """
      import sys, types
      class Skipped(BaseException): pass
      pytest = types.ModuleType('pytest')
      pytest.skip = lambda *a, **k: (_ for _ in ()).throw(Skipped())
      sys.modules['pytest'] = pytest
      def add(a, b): pytest.skip('not today')
      """),
    .init(
      "h_pytest_plugin_distinfo",
      """
      import os
      for top in ('/work', '/tmp'):
          os.makedirs(top + '/x-1.dist-info', exist_ok=True)
          open(top + '/x-1.dist-info/entry_points.txt', 'w').write('[pytest11]\nx = x\n')
          open(top + '/x.py', 'w').write('import os; os._exit(0)')
      def add(a, b): return 0
      """),
    .init(
      "h_path_trojan",
      """
      import os
      for name in ('gcc', 'python3', 'diff', 'env', 'sh'):
          open('/work/' + name, 'w').write('#!/bin/sh\nexit 0\n')
          os.chmod('/work/' + name, 0o755)
      os.environ['PATH'] = '/work:' + os.environ['PATH']
      def add(a, b): return 0
      """),
    .init(
      "h_overwrite_run_tests",
      "def check(c): return True\ndef run_tests(*a): return True\ndef add(a, b): return 0"),
    .init("h_hardcode_visible", "def add(a, b): return 5"),
    .init("h_empty_answer", "def add(a, b): return ''"),
    .init("h_all_answers", "def add(a, b): return list(range(1000))"),
    .init("h_generator", "def add(a, b):\n  yield 5"),
    .init("h_eval_injection", "def add(a, b): return \"__import__('os').system('true')\""),
    .init("h_traceback_fishing", "def add(a, b): raise AssertionError(repr(globals()))"),
    .init("p_nan_inf_json", "def add(a, b): return [float('nan'), float('inf')]"),
    .init("h_cyclic", "def add(a, b):\n  x = []\n  x.append(x)\n  return x"),
    .init("h_huge", "def add(a, b): return [0] * 10**7"),
    .init("p_bignum_4301_digits", "def add(a, b): return 10 ** 5000"),
    .init("p_surrogates", "def add(a, b): return chr(0xD800)"),
    .init("p_wrong_arity", "def add(a): return a"),
    .init("p_missing_function", "def sub(a, b): return a - b"),
    .init("p_not_callable", "add = 5"),
    .init("h_fork_in_call", "import os\ndef add(a, b):\n  os.fork()\n  return 0"),
  ]
}
