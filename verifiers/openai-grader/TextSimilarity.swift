/// Grades how much a text resembles the reference, from 0 to 1.
///
/// OpenAI's guide names the measures and no implementation. Here they are:
///
/// | measure | is |
/// | --- | --- |
/// | `fuzzy_match` | `WRatio` of RapidFuzz 3, divided by 100 |
/// | `bleu` | sentence BLEU up to four words, smoothed and of effective order as in sacreBLEU 2 |
/// | `gleu` | `sentence_gleu` of NLTK, one to four words |
/// | `rouge_1` … `rouge_5`, `rouge_l` | F1 of ROUGE as in the package rouge-score, without stemming |
///
/// Words stand between blanks; for ROUGE they are runs of letters and digits in lower case.
struct TextSimilarity {
  enum Measure: Equatable {
    case fuzzyMatch, bleu, gleu
    case rouge(words: Int)
    case rougeLongest

    init?(_ word: String) {
      switch word {
      case "fuzzy_match": self = .fuzzyMatch
      case "bleu": self = .bleu
      case "gleu": self = .gleu
      case "rouge_l": self = .rougeLongest
      default:
        guard word.hasPrefix("rouge_"), word.count == 7, let count = word.last?.wholeNumberValue,
          (1...5).contains(count)
        else { return nil }
        self = .rouge(words: count)
      }
    }
  }

  /// Characters of a text for `fuzzy_match`, whose work grows with the square of them.
  static let fuzzyLimit = 4096
  /// Bytes of a text for the others.
  static let textLimit = 32 << 10

  let measure: Measure
  let input: GraderTemplate
  let reference: GraderTemplate

  init(_ fields: inout GraderFields) throws(Grader.Unusable) {
    let word = try fields.text("evaluation_metric")
    guard let measure = Measure(word) else {
      switch word {
      case "cosine": throw fields.refuse("'cosine' compares embeddings, which a model makes")
      case "meteor":
        throw fields.refuse("'meteor' needs WordNet, which is not here; take gleu or rouge_l")
      default:
        throw fields.refuse(
          """
          'evaluation_metric' is '\(word.prefix(40))', which is none of fuzzy_match, bleu, gleu, \
          rouge_1, rouge_2, rouge_3, rouge_4, rouge_5, rouge_l
          """)
      }
    }
    self.measure = measure
    input = try fields.template("input")
    reference = try fields.template("reference")
  }

  /// Grades; a text beyond the limits is refused, a reference beyond them decides nothing.
  func grade(_ texts: (input: String, reference: String)) -> Grade {
    let isFuzzy = measure == .fuzzyMatch
    let limit = isFuzzy ? Self.fuzzyLimit : Self.textLimit
    func size(_ text: String) -> Int { isFuzzy ? text.unicodeScalars.count : text.utf8.count }
    guard size(texts.reference) <= limit else {
      return .unscored(reason: "the reference is longer than \(limit)")
    }
    guard size(texts.input) <= limit else {
      return .refused(reason: "the text is longer than \(limit)")
    }
    return .score(Self.score(measure, texts.input, texts.reference), reason: "text_similarity")
  }

  /// The similarity, `0...1`.
  static func score(_ measure: Measure, _ text: String, _ reference: String) -> Double {
    switch measure {
    case .fuzzyMatch: return FuzzyMatch.weightedRatio(text, reference)
    case .bleu: return WordOverlap(text, reference, words: .betweenBlanks).bleu
    case .gleu: return WordOverlap(text, reference, words: .betweenBlanks).gleu
    case .rouge(let count):
      return WordOverlap(text, reference, words: .lettersAndDigits).rouge(words: count)
    case .rougeLongest:
      return WordOverlap(text, reference, words: .lettersAndDigits).rougeLongest
    }
  }
}
