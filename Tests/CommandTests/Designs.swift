import Foundation

/// Graph files that the tests give to the program.
enum Designs {
  /// The twelve lines of graph-format.md, section 6.
  static let naive = """
    name: naive-checkout
    nodes:
      web: {kind: client, do: [{call: shop, retry: 2}]}
      shop:
        do:
          - call: stock
          - call: pay
          - write: order
          - publish: orders
      stock: {do: [{write: reserved}]}
      pay: {do: [{effect: charge}]}
      mailer: {trigger: orders, do: [{effect: email}]}

    """

  /// Feeds itself: a node consumes the queue that it sends to.
  static let loop = """
    name: loop
    nodes:
      web: {kind: client, do: [{send: jobs}]}
      worker: {trigger: jobs, do: [{send: jobs}]}

    """

  /// One write with one attempt and nothing behind it: no fault can double or halve it.
  static let sound = """
    name: sound
    nodes:
      web: {kind: client, do: [{call: shop, key: order_id, retry: 5}]}
      shop: {work: idempotent, do: [{write: order, key: order_id}]}
    expect: {once: [order]}
    scenarios:
      calm: {outcome: []}

    """

  /// Two mistakes, on lines 3 and 4.
  static let wrong = """
    name: wrong
    nodes:
      web: {kind: clinet, do: [{call: shop}]}
      shop: {do: [{write: order, retries: 3}]}

    """

  /// A scenario that declares what does not happen.
  static let mistaken = """
    name: mistaken
    nodes:
      web: {kind: client, do: [{call: shop}]}
      shop: {do: [{write: order}]}
    expect: {once: [order]}
    scenarios:
      calm: {outcome: [DUP]}

    """

  /// So much load that a search takes far longer than any test waits.
  static let endless = """
    name: endless
    nodes:
      web: {kind: client, do: [{call: shop, key: order_id, retry: 5}]}
      shop: {do: [{call: stock, retry: 5}, {write: order}, {publish: orders}]}
      stock: {do: [{write: reserved}]}
      mailer: {trigger: orders, do: [{effect: email}]}
    expect: {once: [order]}
    scenarios:
      busy: {load: {count: 2000, every: 10ms}}

    """
}

/// A report in JSON, as a pipeline would read it.
struct JSONReport {
  let root: [String: Any]

  init(_ text: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    guard let root = value as? [String: Any] else { throw CocoaError(.propertyListReadCorrupt) }
    self.root = root
  }

  var verdict: String? { root["verdict"] as? String }
  var isComplete: Bool? { root["complete"] as? Bool }
  var graphs: [[String: Any]] { root["graphs"] as? [[String: Any]] ?? [] }
  var files: [String] { graphs.compactMap { $0["file"] as? String } }

  func list(_ key: String, ofGraph position: Int = 0) -> [[String: Any]] {
    position < graphs.count ? graphs[position][key] as? [[String: Any]] ?? [] : []
  }

  func search(ofGraph position: Int = 0) -> [String: Any]? {
    position < graphs.count ? graphs[position]["search"] as? [String: Any] : nil
  }
}
