import Transformers

#if canImport(Glibc)
  import Glibc
#endif

/// `e` to the power of `x`.
func exponential(_ x: Double) -> Double { exp(x) }

/// Which completion is decoded next, and where in the cache it lies.
///
/// A pure value: requests in, admissions out. Completions are admitted in order, in lots of at least
/// a quarter of the slots, so that their prompts run together.
struct DecodingSchedule {
  /// Completions in all.
  let total: Int
  let slots: Int
  /// Prompts that fit beside each other.
  let promptSlots: Int
  /// Rows of a prompt's place.
  let promptCapacity: Int
  private let requests: [GenerationRequest]
  private var next = (request: 0, sample: 0)
  private var freeSlots: [Int]
  private var freePrompts: [Int]
  /// Place of the prompt of each request that is being decoded, and completions that need it yet.
  private var resident: [Int: (place: Int, remaining: Int)] = [:]

  /// What is admitted at once.
  struct Admission {
    var newPrompts: [(request: Int, firstRow: Int)] = []
    /// Row of the prefill's logits that belongs to a request.
    var promptIndex: [Int: Int] = [:]
    var completions: [ActiveCompletion] = []
    var isEmpty: Bool { completions.isEmpty }
  }

  init(_ requests: [GenerationRequest], maxRows: Int) {
    self.requests = requests
    total = requests.reduce(0) { $0 + $1.samples }
    slots = max(1, min(maxRows, total))
    let fewest = max(1, requests.map(\.samples).filter { $0 > 0 }.min() ?? 1)
    promptSlots = max(1, min(requests.count, slots / fewest + 1))
    promptCapacity = requests.map(\.promptTokens.count).max() ?? 1
    freeSlots = Array((0..<slots).reversed())
    freePrompts = Array((0..<promptSlots).reversed())
    skipEmpty()
  }

  /// Takes what fits, whole requests only: a request whose completions exceed all slots is admitted
  /// in the order of its samples as slots come free, with its prompt run again.
  mutating func admit(active: Int) -> Admission {
    var admission = Admission()
    guard next.request < requests.count else { return admission }
    guard active == 0 || freeSlots.count >= max(1, slots / 4) else { return admission }
    while next.request < requests.count, !freeSlots.isEmpty {
      let request = next.request
      let wanted = requests[request].samples - next.sample
      guard wanted <= freeSlots.count || wanted > slots else { break }
      guard resident[request] == nil, let place = freePrompts.popLast() else { break }
      let count = min(wanted, freeSlots.count)
      let firstRow = place * promptCapacity
      admission.promptIndex[request] = admission.newPrompts.count
      admission.newPrompts.append((request, firstRow))
      resident[request] = (place, count)
      let rows = firstRow..<firstRow + requests[request].promptTokens.count
      for _ in 0..<count {
        admission.completions.append(
          ActiveCompletion(
            request: request, sample: next.sample, slot: freeSlots.removeLast(), prompt: rows))
        next.sample += 1
      }
      skipEmpty()
    }
    return admission
  }

  /// Gives back the slot of a completion that has ended, and the prompt's place with the last one.
  mutating func release(_ row: ActiveCompletion) {
    freeSlots.append(row.slot)
    guard var prompt = resident[row.request] else {
      preconditionFailure("request \(row.request) is not being decoded")
    }
    prompt.remaining -= 1
    resident[row.request] = prompt.remaining == 0 ? nil : prompt
    if prompt.remaining == 0 { freePrompts.append(prompt.place) }
  }

  private mutating func skipEmpty() {
    while next.request < requests.count, next.sample >= requests[next.request].samples {
      next = (next.request + 1, 0)
    }
  }
}
