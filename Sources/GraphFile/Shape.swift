/// What a value may look like. The reader checks values against shapes and the JSON Schema is written from them, so the
/// two cannot drift apart.
indirect enum Shape: Sendable {
  case scalar([Scalar])
  case list(Shape, minimum: Int, maximum: Int)
  /// Any names as keys, one shape for the values.
  case names(Name, Shape, minimum: Int)
  case table(Table)
  /// One of several tables.
  case variants(Variants)
  /// Whatever the value's own form asks for; nil where that form is not allowed.
  case mixed(scalar: [Scalar]?, list: Shape?, map: Shape?)
  /// A step, or a list of steps: recursion goes through these two cases.
  case step
  case steps

  /// What a name refers to, which decides the characters it may have.
  enum Name: Sendable {
    /// Without `.` and `/`: calls and faults put these between names.
    case node
    case other
    /// Several names with `/` between them, or one: `NODE/STEP`, `CHANNEL/log/2`.
    case path
  }

  enum Scalar: Sendable {
    case name(Name)
    case text
    case flag
    case count(ClosedRange<Int>)
    case number
    case duration
    /// A duration, a range of them, or a mean.
    case latency
    /// A share of one, as `99.9%`.
    case percentage
    case word([String])
    case date
    /// `50/s for 10s`
    case rate
    /// An anomaly code.
    case anomaly
    /// The code of a rule.
    case rule
    /// `every 1h`, `cron 1h`
    case timer
    /// `A -> B`
    case link
  }
}

/// The keys of one kind of map.
struct Table: Sendable {
  struct Key: Sendable {
    var name: String
    var shape: Shape
    var isRequired: Bool
    var summary: String

    init(_ name: String, _ shape: Shape, required: Bool = false, _ summary: String) {
      self.name = name
      self.shape = shape
      isRequired = required
      self.summary = summary
    }
  }

  /// What the table describes, with its article: "a node".
  let noun: String
  let keys: [Key]
  private let positions: [String: Int]

  init(_ noun: String, _ keys: [Key]) {
    self.noun = noun
    self.keys = keys
    positions = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($0.element.name, $0.offset) })
  }

  func key(_ name: String) -> Key? { positions[name].map { keys[$0] } }
}

/// Several tables of one kind of thing, told apart by the key they have (`call`, `crash`) or by the value of one key
/// (`kind: queue`).
struct Variants: Sendable {
  enum Discriminator: Sendable {
    /// Each variant is named after a key that it must have and that no other variant has.
    case presence
    case value(of: String, fallback: String?)
  }
  let noun: String
  let discriminator: Discriminator
  /// In the order of the documentation.
  let tables: [(name: String, table: Table)]

  func table(_ name: String) -> Table? { tables.first { $0.name == name }?.table }
}

extension Shape {
  static let anyName = Shape.scalar([.name(.other)])
  static let path = Shape.scalar([.name(.path)])
  static let nodeName = Shape.scalar([.name(.node)])
  static let flag = Shape.scalar([.flag])
  static let text = Shape.scalar([.text])
  static let duration = Shape.scalar([.duration])
  static let latency = Shape.scalar([.latency])
  static let percentage = Shape.scalar([.percentage])
  static func word(_ words: String...) -> Shape { .scalar([.word(words)]) }
  static func count(_ range: ClosedRange<Int>) -> Shape { .scalar([.count(range)]) }
  static func list(_ element: Shape) -> Shape { .list(element, minimum: 0, maximum: .max) }
}
