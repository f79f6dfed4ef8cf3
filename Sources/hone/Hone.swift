import ArgumentParser
import Commands

/// The program; everything it does is in `Commands`.
@main
struct Hone {
  static func main() async { await HoneCommand.main() }
}
