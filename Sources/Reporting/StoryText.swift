import LabEngine
import Primitives

/// The story of a run as columns: step, virtual time, a mark, who, what, and because of which earlier step.
///
/// A line whose cause lies in the same step is indented below it; otherwise an arrow names the step of the cause.
struct StoryText {
  private let events: [StoryEvent]
  private let indent: Int
  private let parts: [StoryPart]
  private let stepWidth: Int
  private let timeWidth: Int
  private let actorWidth: Int

  /// Longer names push their line to the right instead of widening every line.
  private static let widestActor = 24
  /// Pauses of virtual time from which a line of their own says so.
  private static let pause = SimDuration.seconds(1)

  /// - Parameter limit: about how many lines there may be; what repeats is then told three times, and the middle of a
  ///   story that is still longer is left out. A design that tries again for a day of virtual time has thousands of
  ///   lines, and they are always the same.
  init(_ events: [StoryEvent], indent: Int = 0, limit: Int? = nil) {
    self.events = events
    self.indent = indent
    parts = limit.map { StoryPart.shortened(events, to: $0) } ?? events.indices.map { .line($0) }
    stepWidth = max(4, events.map { String($0.step).utf8.count }.max() ?? 0)
    timeWidth = max(6, events.map { clock($0.time).utf8.count }.max() ?? 0)
    actorWidth = max(3, min(Self.widestActor, events.map { displayWidth($0.actor) }.max() ?? 0))
  }

  func write(to text: inout StyledText) {
    guard !events.isEmpty else { return }
    text.blanks(indent)
    text.add("step", rightAligned: stepWidth, .muted)
    text.add("time", rightAligned: timeWidth + 2, .muted)
    text.blanks(4)
    text.add("who", padded: actorWidth + 2, .muted)
    text.line("what", .muted)
    var previous: Int?
    for part in parts {
      switch part {
      case .line(let position):
        write(position, after: previous, to: &text)
        previous = position
      case .again(let count):
        gap(count == 1 ? "the same once more" : "the same \(count) more times", to: &text)
        previous = nil
      case .leftOut(let count):
        gap("\(counted(count, "line")) left out", to: &text)
        previous = nil
      }
    }
  }

  private func gap(_ words: String, to text: inout StyledText) {
    text.blanks(indent + stepWidth + timeWidth + 4)
    text.add(.gap, .muted)
    text.line(" \(words)", .muted)
  }

  private func write(_ position: Int, after previous: Int?, to text: inout StyledText) {
    let event = events[position]
    let previous = previous.map { events[$0] }
    if let previous, event.time - previous.time >= Self.pause {
      gap("\(length(event.time - previous.time)) later", to: &text)
    }
    text.blanks(indent)
    text.add(event.step == previous?.step ? "" : String(event.step), rightAligned: stepWidth, .muted)
    text.add(event.time == previous?.time ? "" : clock(event.time), rightAligned: timeWidth + 2)
    text.blanks(2)
    let (sign, ink) = mark(of: event.kind)
    if let sign { text.add(sign, ink) } else { text.blanks(1) }
    text.blanks(1)
    text.add(clipped(event.actor), padded: actorWidth, .accent)
    text.blanks(2)
    writeWords(of: position, ink, to: &text)
  }

  private func writeWords(of position: Int, _ ink: Ink, to text: inout StyledText) {
    let event = events[position]
    let nesting = 2 * depth(of: position)
    let column = indent + stepWidth + timeWidth + actorWidth + 8 + nesting
    text.blanks(nesting)
    let rows = wrapped(printable(clipped(event.text, to: 400), text.style.glyphs), to: text.style.width - column - 7)
    for (number, row) in rows.enumerated() {
      if number > 0 { text.blanks(column) }
      text.add(row, ink)
      if number == rows.count - 1, let cause = event.cause, events[cause].step != event.step {
        text.blanks(2)
        text.add(.because, .muted)
        text.add(" \(events[cause].step)", .muted)
      }
      text.line()
    }
  }

  /// How many causes in a row lie within the same step, at most 3.
  private func depth(of position: Int) -> Int {
    var depth = 0
    var current = position
    while depth < 3, let cause = events[current].cause, events[cause].step == events[position].step {
      precondition(cause < current, "a cause stands before what it causes")
      depth += 1
      current = cause
    }
    return depth
  }

  private func mark(of kind: StoryEvent.Kind) -> (Sign?, Ink) {
    switch kind {
    case .fault: (.struck, .bad)
    case .recovery: (.healed, .good)
    case .effect: (.happened, .strong)
    case .anomaly: (.wrong, .bad)
    case .failure: (.failed, .warning)
    case .timer: (.ticked, .plain)
    case .log: (nil, .muted)
    case .message, .note: (nil, .plain)
    }
  }
}

/// A point of virtual time: seconds to the millisecond, from an hour on hours, minutes and seconds.
func clock(_ instant: SimInstant) -> String {
  let milliseconds = instant.microseconds / 1_000
  let seconds = milliseconds / 1_000
  let fraction = padded(milliseconds % 1_000, to: 3)
  if seconds < 3_600 { return "\(seconds).\(fraction)s" }
  return "\(seconds / 3_600)h\(padded(seconds / 60 % 60, to: 2))m\(padded(seconds % 60, to: 2)).\(fraction)s"
}

/// A length of virtual time, to two units: `850ms`, `29.989s`, `2m 5s`, `3h 0m`, `1d 2h`.
func length(_ duration: SimDuration) -> String {
  let seconds = duration.microseconds / 1_000_000
  switch seconds {
  case ..<1: return "\(duration.microseconds / 1_000)ms"
  case ..<60: return "\(seconds).\(padded(duration.microseconds / 1_000 % 1_000, to: 3))s"
  case ..<3_600: return "\(seconds / 60)m \(seconds % 60)s"
  case ..<86_400: return "\(seconds / 3_600)h \(seconds / 60 % 60)m"
  default: return "\(seconds / 86_400)d \(seconds / 3_600 % 24)h"
  }
}

private func padded(_ number: Int64, to digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
