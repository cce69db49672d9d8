import ProgressGraph

/// Checks a value against its shape and reports what does not fit: unknown keys, missing keys, wrong types, unreadable
/// values, numbers out of range. What names refer to is checked later, when all names are known.
extension Findings {
  mutating func check(_ item: Item, _ shape: Shape, key: Item? = nil) {
    if item.isFaulty { return }
    switch shape {
    case .scalar(let forms): checkScalar(item, forms, alternatives: nil, key: key)
    case .list(let element, let minimum, let maximum):
      guard let elements = item.elements else { return wrongType(item, "a list", key: key) }
      checkLength(elements.count, minimum, maximum, of: item, key: key)
      for element_ in elements { check(element_, element) }
    case .names(let kind, let value, let minimum): checkNames(item, kind, value, minimum, key: key)
    case .table(let table):
      guard let pairs = item.pairs else { return wrongType(item, "a map", key: key) }
      check(pairs, of: item, table, key: key)
    case .variants(let variants): check(item, variants, key: key)
    case .mixed(let scalar, let list, let map): checkMixed(item, scalar, list, map, key: key)
    case .step: check(item, .variants(StepTables.steps), key: key)
    case .steps:
      guard let elements = item.elements else { return wrongType(item, "a list of steps", key: key) }
      for element in elements { check(element, .variants(StepTables.steps)) }
    }
  }

  private mutating func checkMixed(
    _ item: Item, _ scalar: [Shape.Scalar]?, _ list: Shape?, _ map: Shape?, key: Item?
  ) {
    let alternatives = [scalar.map(expectation), list.map { _ in "a list" }, map.map { _ in "a map" }]
      .compactMap { $0 }.joined(separator: " or ")
    switch item.content {
    case .scalar:
      guard let scalar else { return wrongType(item, alternatives, key: key) }
      checkScalar(item, scalar, alternatives: alternatives, key: key)
    case .list:
      guard let list else { return wrongType(item, alternatives, key: key) }
      check(item, list, key: key)
    case .map:
      guard let map else { return wrongType(item, alternatives, key: key) }
      check(item, map, key: key)
    case .empty: wrongType(item, alternatives, key: key)
    case .faulty: break
    }
  }

  private mutating func checkLength(_ count: Int, _ minimum: Int, _ maximum: Int, of item: Item, key: Item?) {
    guard count < minimum || count > maximum else { return }
    let wanted =
      minimum == maximum ? "exactly \(minimum)" : count < minimum ? "at least \(minimum)" : "at most \(maximum)"
    let noun = wanted.hasSuffix(" 1") ? "entry" : "entries"
    error(.outOfRange, at: count == 0 ? key ?? item : item, "this needs \(wanted) \(noun)")
  }

  private mutating func checkNames(_ item: Item, _ kind: Shape.Name, _ value: Shape, _ minimum: Int, key: Item?) {
    if item.isEmpty, minimum == 0 { return }
    guard let pairs = item.pairs else { return wrongType(item, "a map of names", key: key) }
    checkLength(pairs.count, minimum, .max, of: item, key: key)
    for pair in pairs {
      if let problem = problem(ofName: pair.name, as: kind) { error(.malformedName, at: pair.key, problem) }
      check(pair.value, value, key: pair.key)
    }
  }

  // MARK: Tables

  private mutating func check(_ pairs: [Pair], of item: Item, _ table: Table, key: Item?, elsewhere: Variants? = nil) {
    for pair in pairs {
      if let known = table.key(pair.name) {
        check(pair.value, known.shape, key: pair.key)
      } else {
        unknownKey(pair, in: table, elsewhere: elsewhere)
      }
    }
    for required in table.keys where required.isRequired && !pairs.contains(where: { $0.name == required.name }) {
      let isUnknownHere = pairs.contains { table.key($0.name) == nil }
      // A misspelt key is one mistake, not two.
      if isUnknownHere, elsewhere == nil { continue }
      error(.missingKey, at: key ?? item, "\(table.noun) needs `\(required.name)`")
    }
  }

  private mutating func unknownKey(_ pair: Pair, in table: Table, elsewhere: Variants?) {
    let word = shortened(pair.name)
    if let owners = elsewhere?.tables.filter({ $0.table.key(pair.name) != nil }), !owners.isEmpty {
      let names = owners.prefix(4).map { "`\($0.name)`" }.joined(separator: ", ")
      error(.misplacedKey, at: pair.key, "`\(word)` does not go with \(table.noun)", hint: "it goes with \(names)")
      return
    }
    unknown(
      .unknownKey, at: pair.key, "\(table.noun) has no key `\(word)`", word: pair.name,
      candidates: table.keys.map(\.name))
  }

  private mutating func check(_ item: Item, _ variants: Variants, key: Item?) {
    guard let pairs = item.pairs else { return wrongType(item, "\(variants.noun), which is a map", key: key) }
    switch variants.discriminator {
    case .presence: checkPresence(pairs, of: item, variants, key: key)
    case .value(let word, _):
      guard let choice = item.pair(word) else {
        missingDiscriminator(word, pairs, of: item, variants, key: key)
        return
      }
      guard let name = choice.value.text, let table = variants.table(name) else {
        let words = variants.tables.map(\.name)
        checkScalar(choice.value, [.word(words)], alternatives: nil, key: choice.key)
        return
      }
      check(pairs, of: item, table, key: key, elsewhere: variants)
    }
  }

  /// A misspelt discriminator is one mistake, not two.
  private mutating func missingDiscriminator(
    _ word: String, _ pairs: [Pair], of item: Item, _ variants: Variants, key: Item?
  ) {
    if let stranger = pairs.first(where: { pair in !variants.tables.contains { $0.table.key(pair.name) != nil } }) {
      let keys = variants.tables.flatMap { $0.table.keys.map(\.name) }
      unknown(
        .unknownKey, at: stranger.key, "\(variants.noun) has no key `\(shortened(stranger.name))`",
        word: stranger.name, candidates: [word] + keys)
    } else {
      error(.missingKey, at: key ?? item, "\(variants.noun) needs `\(word)`")
    }
  }

  private mutating func checkPresence(_ pairs: [Pair], of item: Item, _ variants: Variants, key: Item?) {
    let chosen = pairs.filter { variants.table($0.name) != nil }
    guard let first = chosen.first else { return missingVerb(pairs, of: item, variants, key: key) }
    // `each` has its steps under `do`, and nothing else shares a key with a verb.
    if chosen.count > 1 {
      add(
        Diagnostic(
          code: .severalVerbs,
          message: "\(variants.noun) does one thing: this has `\(first.name)` and `\(chosen[1].name)`",
          hint: "write two, or one of them nested", span: source.span(of: chosen[1].key),
          related: [.init(span: source.span(of: first.key), message: "the first one")]))
      return checkLoosely(pairs, variants)
    }
    if let table = variants.table(first.name) { check(pairs, of: item, table, key: key, elsewhere: variants) }
  }

  /// The keys of a map that could be two things: each by the first of them that has it.
  private mutating func checkLoosely(_ pairs: [Pair], _ variants: Variants) {
    let tables = pairs.compactMap { variants.table($0.name) } + variants.tables.map(\.table)
    for pair in pairs {
      if let known = tables.lazy.compactMap({ $0.key(pair.name) }).first {
        check(pair.value, known.shape, key: pair.key)
      } else {
        unknownKey(pair, in: variants)
      }
    }
  }

  private mutating func missingVerb(_ pairs: [Pair], of item: Item, _ variants: Variants, key: Item?) {
    let words = variants.tables.map(\.name)
    let known = Set(variants.tables.flatMap { $0.table.keys.map(\.name) })
    let strangers = pairs.indices.filter { !known.contains(pairs[$0].name) }
    if let (position, verb) = misspelt(pairs, strangers, words), let table = variants.table(verb) {
      unknownKey(pairs[position], in: variants)
      // As if it were spelt right: the other keys are as right or wrong as they would be then.
      var meant = pairs
      meant[position].key.content = .scalar(verb, isPlain: true)
      return check(meant, of: item, table, key: key, elsewhere: variants)
    }
    for position in strangers { unknownKey(pairs[position], in: variants) }
    guard strangers.isEmpty else { return }
    let target = pairs.first?.key ?? key ?? item
    error(
      .missingVerb, at: target, "\(variants.noun) needs one of \(words.map { "`\($0)`" }.joined(separator: ", "))")
  }

  /// The first unknown key that is nearly one of the verbs, and that verb.
  private mutating func misspelt(_ pairs: [Pair], _ strangers: [Int], _ verbs: [String]) -> (Int, String)? {
    for position in strangers {
      if let verb = names.nearest(to: pairs[position].name, among: verbs) { return (position, verb) }
    }
    return nil
  }

  private mutating func unknownKey(_ pair: Pair, in variants: Variants) {
    unknown(
      .unknownKey, at: pair.key, "\(variants.noun) has no key `\(shortened(pair.name))`", word: pair.name,
      candidates: variants.tables.map(\.name) + variants.tables.flatMap { $0.table.keys.map(\.name) })
  }

  // MARK: Scalars

  mutating func wrongType(_ item: Item, _ expected: String, key: Item?) {
    if item.isFaulty { return }
    // An empty value has no characters to point at: its key has.
    let target = item.isEmpty ? key ?? item : item
    error(.wrongType, at: target, "expected \(expected), found \(item.kindText)")
  }

  private mutating func checkScalar(_ item: Item, _ forms: [Shape.Scalar], alternatives: String?, key: Item?) {
    let expected = alternatives ?? expectation(forms)
    guard let text = item.text else { return wrongType(item, expected, key: key) }
    var best: ScalarProblem = .otherType
    var form = forms[0]
    for candidate in forms where best == .otherType {
      // A text that is nearly one form is that form misspelt, even where another form would take it as a name.
      guard let problem = verdict(item, text, candidate) else { return }
      (best, form) = (problem, candidate)
    }
    switch best {
    case .otherType: otherType(item, text, forms, expected)
    case .missingUnit:
      error(
        .missingUnit, at: item, "the duration `\(shortened(text))` has no unit",
        hint: "write `\(shortened(text))s` for seconds, or another of ms, s, m, h, d")
    case .malformed(let why): error(isName(form) ? .malformedName : .malformedValue, at: item, why)
    case .outOfRange(let why): error(.outOfRange, at: item, why)
    }
  }

  private func isName(_ form: Shape.Scalar) -> Bool {
    if case .name = form { return true }
    return false
  }

  private mutating func otherType(_ item: Item, _ text: String, _ forms: [Shape.Scalar], _ expected: String) {
    var words: [String] = []
    for form in forms {
      switch form {
      case .word(let list): words += list
      case .flag: words += ["true", "false"]
      case .anomaly, .rule:
        let codes: [String] =
          if case .anomaly = form { AnomalyCode.allCases.map(\.rawValue) } else { RuleCodes.all }
        unknown(
          .unknownCode, at: item, "`\(shortened(text))` is not \(expectation([form]))", word: text, candidates: codes)
        return
      case .name, .text, .count, .number, .duration, .latency, .percentage, .date, .rate, .timer, .link: break
      }
    }
    let isWord = text.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
    if words.isEmpty || !isWord || item.plainText == nil {
      wrongType(item, expected, key: nil)
    } else {
      unknown(.unknownWord, at: item, "expected \(expected), found `\(shortened(text))`", word: text, candidates: words)
    }
  }

  /// What is wrong with a text as one form; nil for nothing.
  private func verdict(_ item: Item, _ text: String, _ form: Shape.Scalar) -> ScalarProblem? {
    switch form {
    case .name(let kind): problem(ofName: text, as: kind).map { .malformed($0) }
    case .text: text.unicodeScalars.contains(where: isInvisible) ? .malformed("a text has no control characters") : nil
    case .flag: item.plainText.flatMap(ScalarReading.flag) == nil ? .otherType : nil
    case .count(let range):
      item.plainText == nil ? .otherType : failure(ScalarReading.count(text, in: range))
    case .number: item.plainText == nil ? .otherType : failure(ScalarReading.number(text))
    case .duration: failure(ScalarReading.duration(text))
    case .latency: failure(ScalarReading.latency(text))
    case .percentage: failure(ScalarReading.percentage(text))
    case .word(let words): words.contains(text) ? nil : .otherType
    case .date: failure(ScalarReading.date(text))
    case .rate: failure(ScalarReading.rate(text))
    case .anomaly: AnomalyCode(rawValue: text) == nil ? .otherType : nil
    case .rule: RuleCodes.isKnown(text) ? nil : .otherType
    case .timer: ScalarReading.timer(text).map { failure($0) } ?? .otherType
    case .link: ScalarReading.link(text) == nil ? .otherType : nil
    }
  }

  private func failure<Value>(_ result: Result<Value, ScalarProblem>) -> ScalarProblem? {
    if case .failure(let problem) = result { return problem }
    return nil
  }
}

/// What a scalar of one of these forms is called in messages.
func expectation(_ forms: [Shape.Scalar]) -> String {
  var parts: [String] = []
  for form in forms {
    switch form {
    case .name: parts.append("a name")
    case .text: parts.append("a text")
    case .flag: parts.append("`true` or `false`")
    case .count: parts.append("a whole number")
    case .number: parts.append("a number")
    case .duration: parts.append("a duration such as `10s`")
    case .latency: parts.append("a duration such as `10ms`, a range `10ms..50ms` or a mean `~10ms`")
    case .percentage: parts.append("a percentage such as `99.9%`")
    case .word(let words): parts.append(words.map { "`\($0)`" }.joined(separator: ", "))
    case .date: parts.append("a date such as `2027-01-31`")
    case .rate: parts.append("a rate such as `50/s for 10s`")
    case .anomaly: parts.append("an anomaly code")
    case .rule: parts.append("the code of a rule")
    case .timer: parts.append("a timer such as `every 1h`")
    case .link: parts.append("`A -> B`")
    }
  }
  return parts.joined(separator: " or ")
}

/// The rules that a waiver can name.
enum RuleCodes {
  static let all: [String] = [
    101, 102, 103, 104, 105, 106, 107, 109, 201, 202, 203, 204, 205, 207, 208, 209, 301, 302, 303, 304, 305, 306, 307,
    308, 309, 310, 401, 402, 403, 404, 405, 406, 407, 501, 503, 504, 507, 508, 509,
  ].map { "HW\($0)" }

  /// Replication and budget findings (6xx and 7xx) are waived by the same list.
  static func isKnown(_ code: String) -> Bool {
    if all.contains(code) { return true }
    let digits = code.dropFirst(2)
    return code.hasPrefix("HW") && digits.count == 3 && (digits.first == "6" || digits.first == "7")
      && digits.allSatisfy { $0.isASCII && $0.isNumber }
  }
}
