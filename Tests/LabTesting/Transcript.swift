/// A story as text: commands, a line of four dashes, and what happened; blocks are set apart by an empty line.
///
/// ```
/// # why this is tried
/// propose S1 1 a
/// ----
/// S1 -> S2 append t1 after 1 [2:1 a] commit 1
/// ```
///
/// Lines that begin with `#` are comments and may stand before the commands. `HEADWAY_ACCEPT=1` rewrites what happened.
public struct Transcript: Equatable, Sendable {
  public struct Block: Equatable, Sendable {
    public var comments: [String]
    public var commands: [String]
    /// What the file says happened.
    public var expected: [String]
  }

  public var blocks: [Block]

  public init(parsing text: String) {
    blocks = []
    var block = Block(comments: [], commands: [], expected: [])
    var isBelowDashes = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + [""] {
      if line.isEmpty {
        if block != Block(comments: [], commands: [], expected: []) { blocks.append(block) }
        block = Block(comments: [], commands: [], expected: [])
        isBelowDashes = false
      } else if line == "----" {
        isBelowDashes = true
      } else if isBelowDashes {
        block.expected.append(line)
      } else if line.hasPrefix("#") {
        block.comments.append(line)
      } else {
        block.commands.append(line)
      }
    }
  }

  /// The text that parses to this transcript.
  public var text: String {
    blocks.map { block in
      let dashes = block.commands.isEmpty ? [] : ["----"]
      return (block.comments + block.commands + dashes + block.expected).map { $0 + "\n" }.joined()
    }.joined(separator: "\n")
  }

  /// Runs every command in order and puts what happened in the place of what was expected.
  public func replayed(_ run: (String) -> [String]) -> Transcript {
    var transcript = self
    for position in blocks.indices {
      transcript.blocks[position].expected = blocks[position].commands.flatMap(run)
    }
    return transcript
  }

  /// Replays the file, and rewrites it when changes are accepted.
  ///
  /// - Returns: nil where it tells what happens; else the difference, as text for people.
  public static func check(_ path: String, _ run: (String) -> [String]) -> String? {
    guard let text = TextFile.read(path) else { return "cannot read \(path)" }
    let written = Transcript(parsing: text)
    let played = written.replayed(run)
    if TextFile.acceptsChanges {
      return TextFile.write(played.text, to: path) ? nil : "cannot write \(path)"
    }
    guard let position = written.blocks.indices.first(where: { written.blocks[$0] != played.blocks[$0] }) else {
      return written.blocks.contains { !$0.commands.isEmpty } ? nil : "\(path) has no command"
    }
    let before = written.blocks[position]
    let after = played.blocks[position].expected
    return ([path] + before.commands + ["---- expected"] + before.expected + ["---- happened"] + after)
      .joined(separator: "\n")
  }
}
