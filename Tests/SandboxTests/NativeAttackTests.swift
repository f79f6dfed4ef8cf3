import Foundation
import Glibc
import Testing

@testable import Sandbox

/// Attacks that need machine code.
@Suite(
  .enabled(if: JailedRun.isPossible, Comment(rawValue: JailedRun.absence))
)
struct NativeAttackTests {
  #if arch(x86_64)
    @Test func `a 32-bit call by int 80 ends the process`() throws {
      // write(1, "escaped", 7) as i386 numbers it; the text lies below 4 GiB.
      let run = try JailedRun.c(
        #"""
        #define _GNU_SOURCE
        #include <string.h>
        #include <sys/mman.h>
        int main(void) {
          char *low = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
          strcpy(low, "escaped");
          long result = 4;
          __asm__ volatile("int $0x80" : "+a"(result) : "b"(1), "c"(low), "d"(7) : "memory");
          return 0;
        }
        """#)
      #expect(run.output == "")
      #expect(run.ending == "signal \(SIGSYS)", "\(run.errors)")
    }

    @Test func `a call by the x32 numbers ends the process`() throws {
      let run = try JailedRun.c(
        #"""
        #include <unistd.h>
        int main(void) {
          syscall(0x40000000 + 1, 1, "escaped", 7);
          return 0;
        }
        """#)
      #expect(run.output == "")
      #expect(run.ending == "signal \(SIGSYS)", "\(run.errors)")
    }

    @Test func `killing the parents by bare calls harms nobody`() throws {
      let run = try JailedRun.c(
        #"""
        #include <stdio.h>
        #include <unistd.h>
        static long call(long number, long one, long two) {
          __asm__ volatile("syscall" : "+a"(number) : "D"(one), "S"(two) : "rcx", "r11", "memory");
          return number;
        }
        int main(void) {
          for (int round = 0; round < 3; round++) call(62, call(110, 0, 0), 9), call(62, 1, 9), call(62, 1, 19);
          puts("alive");
          return 3;
        }
        """#)
      #expect(run.output == "alive\n")
      #expect(run.ending == "exit code 3")
    }
  #endif

  @Test func `a program from the plugin's folder runs, and the folder is its own`() throws {
    let run = try JailedRun.c(
      #"""
      #include <limits.h>
      #include <stdio.h>
      #include <unistd.h>
      int main(int count, char **words) {
        char path[PATH_MAX];
        printf("%s %s %d\n", words[0], getcwd(path, sizeof path), count);
        return 0;
      }
      """#, arguments: ["one"])
    #expect(run.output == "/plugin/main /plugin 2\n", "\(run.errors)")
  }
}
