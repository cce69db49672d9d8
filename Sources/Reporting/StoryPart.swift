import LabEngine

/// A piece of a story that is told in part: a line, or how much is left out in its place.
enum StoryPart: Equatable {
  /// A position in the story.
  case line(Int)
  /// The lines before it came this many times more.
  case again(Int)
  case leftOut(Int)

  /// How often a round of lines is told before the rest of its repetitions is only counted.
  private static let roundsTold = 3
  /// More lines than a delivery with its retries has.
  private static let longestRound = 24

  /// The story in about `limit` lines.
  static func shortened(_ events: [StoryEvent], to limit: Int) -> [StoryPart] {
    let parts = withoutRepetitions(events)
    guard parts.count > limit else { return parts }
    let (head, tail) = (parts.prefix(limit * 3 / 4), parts.suffix(limit / 4))
    let between = parts[head.endIndex..<tail.startIndex]
    return head + [.leftOut(between.count { if case .line = $0 { true } else { false } })] + tail
  }

  private static func withoutRepetitions(_ events: [StoryEvent]) -> [StoryPart] {
    let keys = events.map(key)
    var parts: [StoryPart] = []
    var position = 0
    while position < keys.count {
      guard let (length, rounds) = repetition(in: keys, at: position) else {
        parts.append(.line(position))
        position += 1
        continue
      }
      parts += (position..<position + length * roundsTold).map { .line($0) }
      parts.append(.again(rounds - roundsTold))
      position += length * rounds
    }
    return parts
  }

  /// The shortest round that is told over and over from here on, and how often; nil where none comes often enough.
  private static func repetition(in keys: [String], at start: Int) -> (length: Int, rounds: Int)? {
    for length in 1...longestRound where start + length * (roundsTold + 1) <= keys.count {
      var end = start + length
      while end < keys.count, keys[end] == keys[end - length] { end += 1 }
      let rounds = (end - start) / length
      if rounds > roundsTold { return (length, rounds) }
    }
    return nil
  }

  /// What makes two lines the same: everything but the numbers in them, which count attempts.
  private static func key(of event: StoryEvent) -> String {
    var key = event.actor + " "
    var isInNumber = false
    for scalar in event.text.unicodeScalars {
      let isDigit = ("0"..."9").contains(scalar)
      // The letters right behind a number belong to it: `3rd`, `4th`.
      isInNumber = isDigit || isInNumber && scalar.properties.isAlphabetic
      if isDigit { key += key.hasSuffix("#") ? "" : "#" }
      if !isInNumber { key.unicodeScalars.append(scalar) }
    }
    return key
  }
}
