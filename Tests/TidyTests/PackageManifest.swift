/// What `Package.swift` says, read as text: dumping the package would need the lock of the build that runs the tests.
struct PackageManifest {
  struct Target {
    let name: String
    /// Targets and products, in the order of the manifest.
    let dependencies: [String]
    /// `house`, `tests`, `.target`, `.executableTarget`, `.testTarget` or `.systemLibrary`.
    let maker: String
    let call: String
  }

  /// In the order of the manifest.
  let targets: [Target]
  /// The text of `let house: [SwiftSetting] = […]`.
  let settings: String

  init(_ text: String) throws {
    let comment = try Regex(#"^\s*//"#)
    let withoutComments = text.split(separator: "\n").filter { $0.firstMatch(of: comment) == nil }
      .joined(separator: "\n")
    settings = Self.balanced(in: withoutComments, after: "let house: [SwiftSetting] = ") ?? ""
    let list = Self.balanced(in: withoutComments, after: "  targets: ") ?? ""
    let names = Self.products(in: withoutComments)
    let maker = try Regex<(Substring, Substring)>(
      #"(house|tests|\.target|\.executableTarget|\.testTarget|\.systemLibrary)\("#)
    targets = list.matches(of: maker).compactMap { match in
      let open = list.index(before: match.range.upperBound)
      guard let call = Self.balanced(list[open...]) else { return nil }
      let quoted = Self.quoted(call)
      guard let name = quoted.first else { return nil }
      return Target(
        name: name, dependencies: Self.dependencies(in: call, named: names), maker: String(match.1), call: call)
    }
  }

  /// The first list in the call: dependencies come before everything else that is a list.
  private static func dependencies(in call: String, named products: [String: String]) -> [String] {
    guard let open = call.firstIndex(of: "["), let list = balanced(call[open...]) else { return [] }
    return list.dropFirst().dropLast().split(separator: ",").compactMap { item in
      let word = item.trimming(while: { $0 == " " || $0 == "\n" })
      if word.isEmpty { return nil }
      return word.hasPrefix("\"") ? String(word.dropFirst().dropLast()) : products[String(word)] ?? String(word)
    }
  }

  /// `let yams = Target.Dependency.product(name: "Yams", …)`: name of the constant → name of the product.
  private static func products(in text: String) -> [String: String] {
    var products: [String: String] = [:]
    for line in text.split(separator: "\n") where line.contains("Target.Dependency.product(") {
      let words = line.split(separator: " ")
      if words.count > 1, let name = quoted(String(line)).first { products[String(words[1])] = name }
    }
    return products
  }

  private static func quoted(_ text: String) -> [String] {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  private static func balanced(in text: String, after marker: String) -> String? {
    text.firstRange(of: marker).flatMap { balanced(text[$0.upperBound...]) }
  }

  /// From the bracket at the start to the one that closes it, both included.
  private static func balanced(_ text: Substring) -> String? {
    var depth = 0
    for index in text.indices {
      if "([".contains(text[index]) { depth += 1 }
      if ")]".contains(text[index]) {
        depth -= 1
        if depth == 0 { return String(text[...index]) }
      }
    }
    return nil
  }
}

extension StringProtocol {
  fileprivate func trimming(while isBlank: (Character) -> Bool) -> SubSequence {
    var slice = self[...]
    while let first = slice.first, isBlank(first) { slice.removeFirst() }
    while let last = slice.last, isBlank(last) { slice.removeLast() }
    return slice
  }
}
