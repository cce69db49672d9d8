public import LabEngine
import ProgressGraph

extension GraphReport {
  /// The name under which the run of a violation is saved, such as `checkout-DUP-charge.json`: the graph, what goes
  /// wrong, with what, and which of several it is. Only what every file system and shell takes as it is.
  public func fileName(ofViolation position: Int) -> String {
    let violations = search?.violations ?? []
    func stem(_ violation: ViolationReport) -> String {
      "\(safe(name))-\(violation.code.rawValue)-\(safe(violation.subject))"
    }
    let own = stem(violations[position])
    let earlier = violations[..<position].count { stem($0) == own }
    return earlier == 0 ? "\(own).json" : "\(own)-\(earlier + 1).json"
  }

  private func safe(_ word: String) -> String {
    let letters = word.unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_": Character(scalar)
      default: "-"
      }
    }
    return letters.isEmpty ? "x" : String(letters.prefix(60))
  }
}
