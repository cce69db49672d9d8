public import ArgumentParser
public import LabEngine
import Primitives
import Reporting

/// How a report is printed and where it goes.
struct OutputOptions: ParsableArguments {
  enum Format {
    case text, json
  }

  @Option(
    help: ArgumentHelp("How to print the result. (default: text)", valueName: "text|json"), transform: Self.parse)
  var format: Format = .text

  @OptionGroup var place: PlaceOptions

  var quiet: Bool { place.quiet }

  @Sendable private static func parse(_ word: String) throws -> Format {
    switch word {
    case "text": return .text
    case "json": return .json
    case "sarif", "junit", "github", "markdown":
      throw ValidationError("`\(word)` is not part of this version; there are `text` and `json`.")
    default:
      throw ValidationError("There is no format `\(word)`; there are `text` and `json`.")
    }
  }
}

/// Where a result goes, in which colours, and what is said beside it.
struct PlaceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Write the result to this file, whole or not at all.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Colour: on a terminal, always or never.", valueName: "auto|always|never"))
  var color: ColourChoice = .auto

  @Flag(help: "Print no progress and no notes, only the result and errors.")
  var quiet = false
}

extension ColourChoice: ExpressibleByArgument {}

/// What a run depends on beside the file: nothing else, and never the clock.
struct EngineOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Where all chance of a run comes from. (default: 1)", valueName: "n"),
    transform: Self.parseSeed)
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("The protocols of the file, or logs that never fail.", valueName: "replicated|ideal"))
  var logs: LogChoice = .replicated

  var run: RunOptions { RunOptions(seed: seed, logs: logs) }

  @Sendable private static func parseSeed(_ word: String) throws -> UInt64 {
    guard let seed = UInt64(word) else { throw ValidationError("A whole number from 0 to \(UInt64.max).") }
    return seed
  }
}

extension LogChoice: ExpressibleByArgument {}

/// What makes a command fail.
struct VerdictOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The least severity that fails the command.", valueName: "error|warning"))
  var failOn: Severity = .error

  @Flag(help: "Exit with 0 whatever was found. Input that cannot be judged still gives 2.")
  var exitZero = false
}

extension Severity: ExpressibleByArgument {}

/// A bound on a search: time that passes, or states visited.
enum SearchBudget: ExpressibleByArgument, Equatable {
  case milliseconds(Int64)
  case states(Int)

  /// `30s`, `5m`, `250ms`, or a plain number of states.
  init?(argument: String) {
    if let states = Int(argument), states > 0 {
      self = .states(states)
      return
    }
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), count > 0, let unit = Self.units[String(argument.dropFirst(digits.count))] else {
      return nil
    }
    let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    self = .milliseconds(milliseconds)
  }

  private static let units: [String: Int64] = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
}

extension ForcedChoices {
  @Sendable static func argument(_ text: String) throws -> ForcedChoices {
    guard let choices = ForcedChoices(text) else {
      throw ValidationError(
        "`\(text)` is no list such as `1=2,4=1`: numbers of choices, each once, and of their options.")
    }
    return choices
  }
}
