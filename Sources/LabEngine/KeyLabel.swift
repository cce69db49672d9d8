import Primitives
import ProgressGraph

extension Graph {
  /// How people read a key: the field without its `_id`, and the number of the root trigger (`order-1`); a root without
  /// a field by the node that started it (`web-1`).
  func label(ofKey packed: UInt64) -> String {
    let key = KeyValue(packed: packed)
    guard let field = key.field else {
      return "\(workflow.start.map { self[$0].name } ?? "trigger")-\(key.root)"
    }
    let name = self[field]
    return "\(name.hasSuffix("_id") && name.count > 3 ? String(name.dropLast(3)) : name)-\(key.root)"
  }
}
