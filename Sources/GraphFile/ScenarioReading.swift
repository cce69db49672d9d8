import Primitives
import ProgressGraph

/// The named runs.
extension GraphAssembly {
  mutating func readScenarios() {
    guard root["scenarios"]?.pairs?.isEmpty == false else { return }
    let reader = FaultReader(graph: graph, unread: unread)
    for pair in root["scenarios"]?.pairs ?? [] {
      var scenario = Scenario(name: pair.name)
      let item = pair.value
      scenario.summary = item["summary"]?.text ?? ""
      scenario.load = item["load"].flatMap { load($0) } ?? .single
      for fault in item["faults"]?.elements ?? [] {
        if let fault = reader.read(fault, &findings) { scenario.faults.append(fault) }
      }
      if let codes = item["outcome"]?.elements { scenario.outcome = outcome(codes) }
      graph.scenarios.append(scenario)
      sources.scenarios.append(pair)
    }
  }

  private mutating func load(_ item: Item) -> Load? {
    if item.pairs != nil {
      let same = sharedFields(item["same"])
      return item["count"]?.count.map { Load(count: $0, every: item["every"]?.duration ?? .zero, same: same) }
    }
    if let count = item.count { return Load(count: count, every: .zero) }
    guard let text = item.text, case .success(let rate) = ScalarReading.rate(text) else { return nil }
    return Load(count: rate.count, every: rate.every)
  }

  /// Fields are never declared, so that one which nothing in the file uses can only be a slip of the pen.
  private mutating func sharedFields(_ list: Item?) -> [NameID] {
    var fields: [NameID] = []
    let known = graph.keyFields
    for item in list?.elements ?? [] {
      guard let text = item.text, problem(ofName: text, as: .other) == nil else { continue }
      guard let field = nameIDs[text], known.contains(field) else {
        if unread.mayInclude(text) { continue }
        findings.unknown(
          .unknownName, at: item, "no key, `serial` or `version` is the field `\(shortened(text))`", word: text,
          candidates: known.map { graph[$0] })
        continue
      }
      if fields.contains(field) {
        findings.error(.duplicateName, at: item, "`\(shortened(text))` stands twice in this list")
      } else {
        fields.append(field)
      }
    }
    return fields
  }

  private mutating func outcome(_ items: [Item]) -> [AnomalyCode] {
    var codes: [AnomalyCode] = []
    for item in items {
      guard let code = item.word(AnomalyCode.self) else { continue }
      if codes.contains(code) {
        findings.error(.duplicateName, at: item, "`\(code.rawValue)` stands twice in this list")
      } else {
        codes.append(code)
      }
    }
    return codes.sorted()
  }
}
