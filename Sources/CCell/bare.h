#pragma once

// System calls that touch nothing of libc's, errno included: pid 1 of a cell shares its memory with
// the server, which runs at the same time.

#include <sys/syscall.h>

/// Makes the system call `number`; returns what the kernel does, an error as a negative errno.
static inline long bare_call(long number, long first, long second, long third, long fourth) {
#if defined(__x86_64__)
  long result;
  register long last __asm__("r10") = fourth;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(third), "r"(last)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long call __asm__("x8") = number;
  register long result __asm__("x0") = first;
  register long x1 __asm__("x1") = second;
  register long x2 __asm__("x2") = third;
  register long x3 __asm__("x3") = fourth;
  __asm__ volatile("svc 0" : "+r"(result) : "r"(call), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return result;
#else
#error "cells know x86-64 and arm64"
#endif
}
