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
      scenario.load = item["load"].flatMap(load) ?? .single
      for fault in item["faults"]?.elements ?? [] {
        if let fault = reader.read(fault, &findings) { scenario.faults.append(fault) }
      }
      if let codes = item["outcome"]?.elements { scenario.outcome = outcome(codes) }
      graph.scenarios.append(scenario)
      sources.scenarios.append(pair)
    }
  }

  private func load(_ item: Item) -> Load? {
    if item.pairs != nil {
      return item["count"]?.count.map { Load(count: $0, every: item["every"]?.duration ?? .zero) }
    }
    if let count = item.count { return Load(count: count, every: .zero) }
    guard let text = item.text, case .success(let rate) = ScalarReading.rate(text) else { return nil }
    return Load(count: rate.count, every: rate.every)
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
