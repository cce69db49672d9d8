import ProgressGraph

/// The format as a JSON Schema (draft 7), written from the tables that the reader checks files against.
extension GraphReader {
  /// Deterministic text: the same bytes in every process. Ends with a line feed.
  public static func jsonSchema() -> String {
    let writer = SchemaWriter()
    var fields: [(String, Json)] = [
      ("$schema", .text("http://json-schema.org/draft-07/schema#")),
      ("title", .text("Headway graph file")),
    ]
    if case .object(let table) = writer.schema(of: Tables.graph) { fields += table }
    let definitions: [(String, Json)] = [
      ("step", writer.schema(of: StepTables.steps)),
      ("steps", .object([("type", .text("array")), ("items", .object([("$ref", .text("#/definitions/step"))]))])),
      ("log", writer.schema(of: LogTables.protocols)),
      ("fault", writer.schema(of: StepTables.faults)),
    ]
    fields.append(("definitions", .object(definitions)))
    return Json.object(fields).text(indent: 0) + "\n"
  }
}

/// A JSON value with its keys in the order in which they are written.
indirect enum Json {
  case text(String)
  case number(Int)
  case flag(Bool)
  case list([Json])
  case object([(String, Json)])

  func text(indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    switch self {
    case .text(let text): return Json.quoted(text)
    case .number(let number): return String(number)
    case .flag(let flag): return flag ? "true" : "false"
    case .list(let elements):
      if elements.isEmpty { return "[]" }
      let inner = elements.map { margin + "  " + $0.text(indent: indent + 2) }.joined(separator: ",\n")
      return "[\n\(inner)\n\(margin)]"
    case .object(let fields):
      if fields.isEmpty { return "{}" }
      let inner = fields.map { "\(margin)  \(Json.quoted($0.0)): \($0.1.text(indent: indent + 2))" }
        .joined(separator: ",\n")
      return "{\n\(inner)\n\(margin)}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

private struct SchemaWriter {
  func schema(of table: Table) -> Json {
    var properties: [(String, Json)] = []
    for key in table.keys {
      var fields: [(String, Json)] = [("description", .text(key.summary))]
      // A `$ref` hides its neighbours in draft 7, so it goes into a list of its own.
      if case .object(let shape) = schema(of: key.shape) {
        fields += shape.contains { $0.0 == "$ref" } ? [("allOf", .list([.object(shape)]))] : shape
      }
      properties.append((key.name, .object(fields)))
    }
    var fields: [(String, Json)] = [
      ("type", .text("object")), ("properties", .object(properties)), ("additionalProperties", .flag(false)),
    ]
    let required = table.keys.filter(\.isRequired).map { Json.text($0.name) }
    if !required.isEmpty { fields.append(("required", .list(required))) }
    return .object(fields)
  }

  func schema(of variants: Variants) -> Json {
    .object([("anyOf", .list(variants.tables.map { schema(of: $0.table) }))])
  }

  func schema(of shape: Shape) -> Json {
    switch shape {
    case .scalar(let forms): return schema(of: forms)
    case .list(let element, let minimum, let maximum):
      var fields: [(String, Json)] = [("type", .text("array")), ("items", schema(of: element))]
      if minimum > 0 { fields.append(("minItems", .number(minimum))) }
      if maximum < .max { fields.append(("maxItems", .number(maximum))) }
      return .object(fields)
    case .names(_, let value, let minimum):
      var fields: [(String, Json)] = [
        // An empty `channels:` is no mistake.
        ("type", minimum == 0 ? .list([.text("object"), .text("null")]) : .text("object")),
        ("additionalProperties", schema(of: value)),
      ]
      if minimum > 0 { fields.append(("minProperties", .number(minimum))) }
      return .object(fields)
    case .table(let table): return schema(of: table)
    case .variants(let variants):
      if variants.noun == LogTables.protocols.noun { return reference("log") }
      if variants.noun == StepTables.faults.noun { return reference("fault") }
      return schema(of: variants)
    case .mixed(let scalar, let list, let map):
      let forms = [scalar.map { schema(of: $0) }, list.map { schema(of: $0) }, map.map { schema(of: $0) }]
      return .object([("anyOf", .list(forms.compactMap { $0 }))])
    case .step: return reference("step")
    case .steps: return reference("steps")
    }
  }

  private func reference(_ name: String) -> Json { .object([("$ref", .text("#/definitions/\(name)"))]) }

  private func schema(of forms: [Shape.Scalar]) -> Json {
    let schemas = forms.map { Json.object(fields(of: $0)) }
    return schemas.count == 1 ? schemas[0] : .object([("anyOf", .list(schemas))])
  }

  private func pattern(_ pattern: String) -> [(String, Json)] {
    [("type", .text("string")), ("pattern", .text(pattern))]
  }

  private func fields(of form: Shape.Scalar) -> [(String, Json)] {
    let duration = "[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)"
    switch form {
    // A plain `no` or `7` is a name here, whatever type a YAML library gives it.
    case .name: return [("type", .list([.text("string"), .text("boolean"), .text("number")]))]
    case .text: return [("type", .list([.text("string"), .text("boolean"), .text("number")]))]
    case .flag: return [("type", .text("boolean"))]
    case .count(let range):
      var fields: [(String, Json)] = [("type", .text("integer")), ("minimum", .number(range.lowerBound))]
      if range.upperBound < .max { fields.append(("maximum", .number(range.upperBound))) }
      return fields
    case .number: return [("type", .text("number")), ("minimum", .number(0))]
    case .duration: return pattern("^\(duration)$")
    case .latency: return pattern("^(~?\(duration)|\(duration)\\.\\.\(duration))$")
    case .percentage: return pattern("^[0-9]+(\\.[0-9]+)?%$")
    case .word(let words): return [("enum", .list(words.map { .text($0) }))]
    // YAML 1.1 libraries make a date of it, which is no JSON type.
    case .date: return []
    case .rate: return pattern("^[0-9]+/[smh] for \(duration)$")
    case .anomaly: return [("enum", .list(AnomalyCode.allCases.map { .text($0.rawValue) }))]
    case .rule: return pattern("^HW[1-7][0-9][0-9]$")
    case .timer: return pattern("^(every|cron) +\(duration)$")
    case .link: return pattern("->")
    }
  }
}
