/// A cron expression in the words that all crons share.
extension CronExpression {
  /// The same minutes in five fields of numbers, ascending ranges and `*/n`, which cronie, Vixie's
  /// cron, Kubernetes and Slurm read alike.
  ///
  /// Macros, names, 7 for Sunday and `FRI-SUN` are refused by one or the other.
  package var portableFields: String {
    zip(fields.split(separator: " "), [minutes, hours, days, months, weekdays]).map { text, field in
      // Whether a field begins with a star decides how the fields of days go together.
      text.hasPrefix("*") && !text.contains(",") ? String(text) : field.ranges
    }.joined(separator: " ")
  }

  /// Whether a field of days such as `*/2` restricts the other: Vixie's cron wants both then, and
  /// crons that count it as no star take either.
  package var dependsOnSteppedStar: Bool {
    !takesEitherDay && days.count < 31 && weekdays.count < 7
  }
}

extension CronField {
  /// Its numbers as a list of ranges: `1-5,10`.
  fileprivate var ranges: String {
    var parts: [String] = []
    var low = first(atLeast: 0)
    while let begin = low {
      var high = begin
      while contains(high + 1) { high += 1 }
      parts.append(begin == high ? "\(begin)" : "\(begin)-\(high)")
      low = first(atLeast: high + 1)
    }
    return parts.joined(separator: ",")
  }
}
