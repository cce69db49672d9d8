/// The parser's problems in the words of people who write YAML by hand.
enum YamlProblem {
  static func text(_ problem: String, context: String?) -> String {
    switch problem {
    case "mapping values are not allowed in this context": "a `:` makes no sense here"
    case "did not find expected key": "a key was expected here"
    case "did not find expected ',' or '}'": "`,` or `}` was expected here"
    case "did not find expected ',' or ']'": "`,` or `]` was expected here"
    case "found character that cannot start any token": "no value can begin with this character"
    case "could not find expected ':'": "a `:` was expected after the key"
    case "found unexpected end of stream": "the file ends inside a quoted text or a collection"
    case "did not find expected node content": "a value was expected here"
    case "block sequence entries are not allowed in this context": "a list entry makes no sense here"
    case "did not find expected '-' indicator": "a list entry `- ` was expected here"
    default: context.map { "\(problem) (\($0))" } ?? problem
    }
  }

  static func hint(_ problem: String) -> String? {
    switch problem {
    case "mapping values are not allowed in this context": "check the indentation, or quote the text"
    case "found character that cannot start any token": "indent with spaces, never with tabs; quote the text otherwise"
    case "did not find expected key": "check the indentation and the brackets"
    default: nil
    }
  }
}
