package import Testing

extension Tag {
  /// Takes long, and is left out of the normal run: `HONE_SLOW=1` asks for it.
  @Tag package static var slow: Self
}
