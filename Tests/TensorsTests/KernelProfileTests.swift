import Tensors
import Testing

@Suite struct KernelProfileTests {
  private func names(_ entries: [KernelProfile.Entry]) -> [String] {
    entries.map { $0.path.joined(separator: " > ") }
  }

  @Test func `spans nest as they are opened`() async {
    let entries = await KernelProfile.recording {
      for _ in 0..<3 {
        let outer = KernelProfile.begin("outer")
        KernelProfile.begin("inner", operations: 10).end()
        outer.end()
      }
      KernelProfile.begin("inner").end()
    }.entries
    #expect(names(entries) == ["outer", "outer > inner", "inner"])
    #expect(entries.map(\.calls) == [3, 3, 1])
    #expect(entries.map(\.operations) == [0, 30, 0])
  }

  @Test func `a span's time is its own and that of the spans within`() async {
    let entries = await KernelProfile.recording {
      let outer = KernelProfile.begin("outer")
      KernelProfile.begin("a").end()
      KernelProfile.begin("b").end()
      outer.end()
    }.entries
    let within = entries.dropFirst().reduce(0) { $0 + $1.seconds }
    #expect(within > 0)
    #expect(abs(entries[0].ownSeconds + within - entries[0].seconds) < 1e-9)
  }

  @Test func `kernels are named after their function, products after their weights`() async {
    let x = Matrix(rows: 5, columns: 32)
    let entries = await KernelProfile.recording {
      let inverse = Matrix(rows: 5, columns: 1)
      rmsNorm(x, gain: Matrix(rows: 1, columns: 32), epsilon: 1, into: x, inverse: inverse)
      multiply(x, transposed: Matrix(rows: 64, columns: 32), into: Matrix(rows: 5, columns: 64))
    }.entries
    #expect(names(entries) == ["RowOperations.rmsNorm", "a bᵀ 32 x 64"])
    #expect(entries[1].operations == 2 * 5 * 32 * 64)
  }

  @Test func `what other tasks compute is not recorded`() async {
    let entries = await KernelProfile.recording {
      await Task.detached { KernelProfile.begin("elsewhere").end() }.value
      KernelProfile.begin("here").end()
    }.entries
    #expect(names(entries) == ["here"])
    KernelProfile.begin("afterwards").end()
    #expect(entries.count == 1)
  }

  @Test func `a warm-up is left out`() async {
    let entries = await KernelProfile.recording {
      for isWarmUp in [true, false] {
        KernelProfile.leavingOut(isWarmUp: isWarmUp) { KernelProfile.begin("a").end() }
        await KernelProfile.leavingOut(isWarmUp: isWarmUp) {
          await Task.yield()
          KernelProfile.begin("b").end()
        }
      }
    }.entries
    #expect(names(entries) == ["a", "b"])
    #expect(entries.map(\.calls) == [1, 1])
  }

  @Test func `a recording returns what its body does`() async {
    #expect(await KernelProfile.recording { 7 }.result == 7)
  }
}
