import Screen

/// The text that each net shows, and the legend for those whose text would not tell them apart.
///
/// A label that is too long is cut; where two different labels would look the same after that, both get a number
/// that the legend explains.
struct Labels: Sendable {
  /// By net; empty for one without a label.
  private(set) var shown: [String]
  /// `[1] the whole label`, in the order of the numbers.
  private(set) var legend: [String] = []

  init(_ nets: [Net], diagram: Diagram, detail: Detail) {
    guard detail.labelLimit > 0 else {
      shown = Array(repeating: "", count: nets.count)
      return
    }
    let whole = nets.map { diagram.links[$0.links[0]].label }
    shown = whole.map { TextWidth.cut($0, to: detail.labelLimit, glyphs: detail.glyphs) }
    var owner: [String: String] = [:]
    var ambiguous: Set<String> = []
    for (text, label) in zip(shown, whole) {
      if let other = owner[text], other != label { ambiguous.insert(text) }
      owner[text] = label
    }
    var numbers: [String: String] = [:]
    for (net, label) in whole.enumerated() where ambiguous.contains(shown[net]) {
      if numbers[label] == nil {
        numbers[label] = "[\(legend.count + 1)]"
        legend.append("[\(legend.count + 1)] \(label)")
      }
      shown[net] = numbers[label] ?? ""
    }
  }
}
