import Randomness

/// Numbers that are written in another base.
enum BasePuzzles {
  private static let bases = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16]

  /// A number below `10^(level + 1)`, and at least a tenth of that.
  ///
  /// The working reads the digits from the left, and then divides until nothing is left.
  static func draw(level: Int, using generator: inout CounterGenerator) -> Puzzle? {
    let limit = (0...level).reduce(1) { power, _ in power * 10 }
    let value = generator.integer(in: limit / 10...limit - 1)
    let source = generator.element(of: bases)
    let target = generator.element(of: bases.filter { $0 != source })
    let (given, answer) = (digits(of: value, base: source), digits(of: value, base: target))
    var steps: [String] = []
    if source != 10 {
      var read = given[0]
      for digit in given.dropFirst() {
        steps.append("\(read) * \(source) + \(digit) = \(read * source + digit)")
        read = read * source + digit
      }
    }
    if target != 10 {
      var rest = value
      while rest > 0 {
        steps.append("\(rest) = \(rest / target) * \(target) + \(rest % target)")
        rest /= target
      }
    }
    return Puzzle(
      question: """
        Write the base \(source) number \(text(given)) in base \(target). Use lower-case letters \
        for digits above 9, and answer with the digits alone.
        """,
      short: "\(text(given)) base \(source) to \(target)=", answer: text(answer), steps: steps,
      form: "text")
  }

  /// The digits of a number above 0, the highest first.
  private static func digits(of value: Int, base: Int) -> [Int] {
    var digits: [Int] = []
    var rest = value
    while rest > 0 {
      digits.append(rest % base)
      rest /= base
    }
    return digits.reversed()
  }

  private static let signs = Array("0123456789abcdef")

  private static func text(_ digits: [Int]) -> String { String(digits.map { signs[$0] }) }
}
