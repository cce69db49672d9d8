/// The fields of one JSON object, taken one by one by name and kind.
///
/// Owner: the function that decodes that object; `finish` refuses whatever it did not ask for.
struct JSONFields {
  private let members: [JSONValue.Member]
  private let place: JSONPlace
  private var taken: Set<String> = []

  init(_ value: JSONValue) throws(JSONError) {
    guard case .object(let members) = value.content else { throw value.expected("an object") }
    self.members = members
    place = value.place
  }

  mutating func value(_ key: String) throws(JSONError) -> JSONValue {
    guard let member = members.first(where: { $0.key == key }) else {
      throw JSONError(place: place, message: "'\(key)' is missing")
    }
    taken.insert(key)
    return member.value
  }

  /// Nil where the object has no such field.
  mutating func optional(_ key: String) throws(JSONError) -> JSONValue? {
    members.contains { $0.key == key } ? try value(key) : nil
  }

  mutating func string(_ key: String) throws(JSONError) -> String { try value(key).string() }

  mutating func flag(_ key: String) throws(JSONError) -> Bool {
    let value = try value(key)
    guard case .bool(let flag) = value.content else { throw value.expected("true or false") }
    return flag
  }

  mutating func strings(_ key: String) throws(JSONError) -> [String] {
    var strings: [String] = []
    for element in try value(key).list() { strings.append(try element.string()) }
    return strings
  }

  /// A whole number within the range.
  mutating func integer<Number: FixedWidthInteger>(
    _ key: String, in range: ClosedRange<Number>
  ) throws(JSONError) -> Number {
    let value = try value(key)
    guard case .number(let digits) = value.content, let number = Number(digits), range.contains(number) else {
      throw value.expected("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  mutating func hash(_ key: String) throws(JSONError) -> UInt64 { try value(key).hash() }

  mutating func hashes(_ key: String) throws(JSONError) -> [UInt64] {
    var hashes: [UInt64] = []
    for element in try value(key).list() { hashes.append(try element.hash()) }
    return hashes
  }

  /// One of the words of a closed list.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, of type: Word.Type
  ) throws(JSONError) -> Word where Word.RawValue == String {
    try value(key).word(of: type)
  }

  mutating func words<Word: RawRepresentable & CaseIterable>(
    _ key: String, of type: Word.Type
  ) throws(JSONError) -> [Word] where Word.RawValue == String {
    var words: [Word] = []
    for element in try value(key).list() { words.append(try element.word(of: type)) }
    return words
  }

  func finish() throws(JSONError) {
    for member in members where !taken.contains(member.key) {
      throw JSONError(place: member.value.place, message: "'\(member.key)' is no key of a run file")
    }
  }
}

extension JSONValue {
  func expected(_ kind: String) -> JSONError { JSONError(place: place, message: "expected \(kind)") }

  func string() throws(JSONError) -> String {
    guard case .string(let text) = content else { throw expected("a string") }
    return text
  }

  fileprivate func list() throws(JSONError) -> [JSONValue] {
    guard case .list(let elements) = content else { throw expected("a list") }
    return elements
  }

  fileprivate func hash() throws(JSONError) -> UInt64 {
    let text = try string()
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16), hexadecimal(value) == text else {
      throw expected("sixteen lower-case hexadecimal digits")
    }
    return value
  }

  fileprivate func word<Word: RawRepresentable & CaseIterable>(
    of type: Word.Type
  ) throws(JSONError) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: try string()) else {
      throw expected("one of " + Word.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
    }
    return word
  }
}
