import GraphFile
import Testing

/// Method: files with several independent mistakes; one reading must find them all, each once and nothing beside them.
@Suite struct CompletenessTests {
  private func mistakes(_ text: String) -> [String] {
    let decoded = GraphReader.decode(text, file: "several.yaml")
    return decoded.diagnostics.filter { $0.severity == .error }
      .map { "\($0.code) \(decoded.source.text(in: $0.span))" }
  }

  @Test func `a misspelt verb does not hide its modifiers`() {
    let step = "{cal: shop, retri: 2, timeout: 5}"
    #expect(
      mistakes("nodes: {a: {do: [\(step)]}, shop: {do: []}}\n") == ["HW012 cal", "HW012 retri", "HW018 5"])
    #expect(mistakes("nodes: {a: {do: [{wriet: [x], kye: id}]}}\n") == ["HW012 wriet", "HW016 [x]", "HW012 kye"])
  }

  @Test func `unknown keys are all reported where no verb is near`() {
    #expect(mistakes("nodes: {a: {do: [{frobnicate: x, perhaps: 1}]}}\n") == ["HW012 frobnicate", "HW012 perhaps"])
  }

  @Test func `a step that could be two is checked as far as it goes`() {
    let found = mistakes("nodes: {a: {do: [{call: b, write: x, timeout: 5, retri: 1}]}, b: {do: []}}\n")
    #expect(found == ["HW030 write", "HW018 5", "HW012 retri"])
  }

  @Test func `the faults of a scenario are steps in this respect`() {
    let text = """
      nodes: {a: {kind: client, do: [{call: b}]}, b: {do: [{write: x}]}}
      scenarios: {s: {faults: [{crsh: b, aftr: x, restart: 5}]}}

      """
    #expect(mistakes(text) == ["HW012 crsh", "HW012 aftr", "HW018 5"])
  }

  @Test func `an unreadable step excuses only the names in it`() {
    let text = """
      nodes:
        a: {kind: client, do: [{cal: b}]}
        b: {do: [{publsh: orders, event: Placed}, {write: x}]}
        c: {trigger: orders, do: [{write: y}]}
        d: {trigger: ordrs, do: [{write: z}]}
      expect: {once: [x, Placed, lost], ordered: [{orders: id}, {parcels: id}]}
      scenarios:
        s: {faults: [{crash: b, after: orders}, {crash: b, after: nowhere}, {poison: b/tx}]}

      """
    #expect(
      mistakes(text) == [
        "HW012 cal", "HW012 publsh", "HW023 ordrs", "HW028 lost", "HW023 parcels", "HW026 nowhere",
      ])
  }

  @Test func `a bomb of aliases is the only mistake of its file`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
    }
    #expect(mistakes(text).map { $0.prefix(5) } == ["HW009"])
  }
}
