import Primitives
import ProgressGraph

extension Graph {
  /// How people read a key: the field without its `_id`, and the number of the root trigger (`order-1`); a root without
  /// a field by the node that started it (`web-1`), and a timer's by the node that it triggers.
  func label(ofKey packed: UInt64) -> String {
    let key = KeyValue(packed: packed)
    let field = key.field.map { self[$0] }
    let word = field.map { $0.hasSuffix("_id") && $0.count > 3 ? String($0.dropLast(3)) : $0 }
    switch RootNumber(key.root) {
    case .load(let number):
      return "\(word ?? workflow.start.map { self[$0].name } ?? "trigger")-\(number)"
    case .tick(let handler, let number):
      let node = handler.index < handlers.count ? self[self[handler].node].name : "timer"
      return (word.map { "\($0)-" } ?? "") + "\(node)-\(number)"
    }
  }
}
