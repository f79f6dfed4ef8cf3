import Glibc

/// Measures how long the calling thread has a processor, in seconds.
///
/// Unlike a clock's, these seconds do not depend on what else the machine does meanwhile.
package func processorSeconds(of body: () throws -> Void) rethrows -> Double {
  let start = threadSeconds()
  try body()
  return threadSeconds() - start
}

private func threadSeconds() -> Double {
  var time = timespec()
  let code = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  precondition(code == 0, "clock_gettime of the thread: \(errno)")
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
