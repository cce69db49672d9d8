/// A JSON document as it was read, with where each value stands, so that an error can point at it.
struct JSONValue: Equatable {
  enum Content: Equatable {
    case null
    case bool(Bool)
    /// The digits as written: whoever wants a number says which kind.
    case number(String)
    case string(String)
    case list([JSONValue])
    /// In the order of the document; no key twice.
    case object([Member])
  }
  struct Member: Equatable {
    var key: String
    var value: JSONValue
  }
  var content: Content
  /// Of its first byte.
  var place: JSONPlace
}

/// A place in a JSON document; both count from 1, columns count bytes.
struct JSONPlace: Equatable {
  var line: Int
  var column: Int
}

/// Why a document was refused.
struct JSONError: Error, Equatable {
  var place: JSONPlace
  var message: String
}
