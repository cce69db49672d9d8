import ArgumentParser
import Glibc

/// The program: finds the command, runs it, and turns what it throws into an exit code (interface.md, section 2).
@main
struct Headway: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "headway",
    abstract: "A lab for designs that must make progress: run them, break them, see what is lost.",
    discussion: """
      EXAMPLES:
        headway check Graphs                     every design below a folder, every single fault
        headway run checkout.yaml                one calm run, told as a story
        headway run checkout.yaml --fault '{crash: pay, after: work}'
        headway check checkout.yaml --save runs  keeps each shortest failure as a file
        headway replay runs/checkout-DUP.json    the same run again, exactly

      EXIT CODES:
        0 all that was asked was checked, and holds    1 something was found    2 could not do the job
        3 a bound was reached first                   64 wrong usage          130, 143 stopped by a signal
      """,
    version: "headway \(version)",
    subcommands: commands)

  /// In the order of the help. A command that is not here does not exist yet and is not mentioned there.
  static let commands: [any ParsableCommand.Type] = [
    LabCommand.self, CheckCommand.self, RunCommand.self, CompareCommand.self, ReplayCommand.self, ShowCommand.self,
    SchemaCommand.self, CompletionsCommand.self,
  ]

  /// Commands of later versions: asking for one gets a true answer instead of a guess at a typo.
  static let absent = [
    "lint", "log", "coupling", "diff", "learn", "explain", "export", "import", "merge", "keys", "init",
    "config",
  ]

  static func main() {
    Console.secureStreams()
    Interruption.install()
    Glibc.exit(status(of: Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs the program with these arguments and tells its exit code.
  static func status(of arguments: [String]) -> Int32 {
    var arguments = arguments
    if arguments.isEmpty {
      guard Console.isInteractive, names.contains("lab") else {
        Console.message(helpMessage(columns: helpColumns))
        return usage
      }
      arguments = ["lab"]
    }
    if let message = complaint(about: arguments[0]) {
      Console.message("error: \(message)\nSee `headway --help`.")
      return usage
    }
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let failure as CommandFailure {
      if let message = failure.message { Console.message("error: \(message)") }
      return failure.status
    } catch {
      return status(ofParserError: error)
    }
  }

  // MARK: Private

  private static let usage: Int32 = 64

  private static var names: [String] { commands.map { $0._commandName } + ["help"] }

  /// Help and version are data that were asked for; everything else the parser says is a message.
  private static func status(ofParserError error: any Error) -> Int32 {
    let code = exitCode(for: error)
    let text = fullMessage(for: error, columns: helpColumns)
    if text.isEmpty { return code.rawValue }
    guard code.isSuccess else {
      Console.message(inOurWords(text))
      return code.rawValue
    }
    if Console.write(Array((text + "\n").utf8), to: STDOUT_FILENO) { return code.rawValue }
    Console.message("error: " + Console.cannotWriteOutput)
    return 2
  }

  /// The parser begins with a capital; this program's own messages do not.
  private static func inOurWords(_ text: String) -> String {
    text.hasPrefix("Error: ") ? "error: " + text.dropFirst(7) : text
  }

  /// Fixed where nobody watches, so that the help is the same in every pipe.
  private static var helpColumns: Int {
    Console.isTerminal(STDOUT_FILENO) ? min(100, Console.columns(of: STDOUT_FILENO)) : 100
  }

  /// What is wrong with the first word, where it should be a command and is none.
  private static func complaint(about word: String) -> String? {
    if word.hasPrefix("-") || names.contains(word) { return nil }
    if absent.contains(word) { return "`headway \(word)` is not part of this version" }
    let known = names + absent.filter { !names.contains($0) }
    if let nearest = Suggestion.nearest(to: word, among: known) {
      return "there is no command `\(word)`; did you mean `\(nearest)`?"
    }
    if word.hasSuffix(".yaml") || word.contains("/") {
      return "there is no command `\(word)`; did you mean `headway run \(word)`?"
    }
    return "there is no command `\(word)`"
  }
}

/// Ends a command with this exit code, and a message on stderr where there is something to say.
struct CommandFailure: Error {
  var message: String?
  var status: Int32

  /// The job could not be done: unreadable input, nowhere to write.
  static func cannot(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 2) }

  /// Ends with a verdict that the report has told already.
  static func verdict(_ status: Int32) -> CommandFailure { CommandFailure(message: nil, status: status) }
}
