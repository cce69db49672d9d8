import Primitives
import ProgressGraph

/// Triggers that can have no meaning for what they are to start.
///
/// A stream job goes back to its last checkpoint and takes everything behind it again. Only a topic gives it twice what
/// it has read: a queue forgets what was acknowledged, a call or a timer is over once it was made. And a table is read;
/// what changes it are the records of its topic.
extension GraphAssembly {
  /// - Parameter item: the trigger where it is written, a handler's name, or the node's where it has no trigger.
  mutating func check(_ trigger: Trigger, of handler: HandlerID, at item: Item) {
    let isStream = graph[graph[handler].node].kind == .stream
    switch trigger {
    case .channel(let channel):
      switch graph[channel].kind {
      case .topic: break
      case .table: reportTable(graph[channel], at: item)
      case .queue where isStream:
        reportStreamTrigger("and `\(shortened(graph[channel].name))` is a queue, which forgets them", at: item)
      case .queue: break
      }
    case .rpc where isStream: reportStreamCall(handler, at: item)
    case .every where isStream, .cron where isStream: reportStreamTrigger("and a timer has none", at: item)
    case .rpc, .start, .every, .cron: break
    }
  }

  private mutating func reportTable(_ table: Channel, at item: Item) {
    // The source may stand below, and has not been looked up yet.
    let source = channelIDs[table.name].flatMap { sources.channels[$0.index].value["from"]?.text }
    let name = shortened(table.name)
    findings.error(
      .tableTrigger, at: item, "a table triggers nothing, and `\(name)` is one",
      hint: source.map { "its topic does: `\(shortened($0))`; `read: \(name)` reads the table" })
  }

  private mutating func reportStreamCall(_ handler: HandlerID, at item: Item) {
    guard let name = graph[handler].name else {
      let word = item.text == "rpc" ? "and a call has none" : "and nothing triggers this one"
      return reportStreamTrigger(word, at: item)
    }
    // The step that publishes to it may be the one that could not be read.
    if unread.mayInclude(name) { return }
    let topics = graph.channels.filter { $0.kind == .topic }.map(\.name)
    let nearest = findings.names.nearest(to: name, among: topics)
    reportStreamTrigger(
      "and `\(shortened(name))` names no topic", at: item, hint: nearest.map { "did you mean `\($0)`?" })
  }

  private mutating func reportStreamTrigger(_ reason: String, at item: Item, hint: String? = nil) {
    findings.error(
      .streamTrigger, at: item, "a stream job takes the records of topics, \(reason)",
      hint: hint ?? "name a topic as its trigger, or write `kind: service`")
  }
}
