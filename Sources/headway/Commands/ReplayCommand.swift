import ArgumentParser
import LabEngine
import Reporting

/// A saved run, executed again and compared.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Execute a saved run again, exactly, and compare its states.",
    discussion: """
      EXAMPLES:
        headway run checkout.yaml --fault '{crash: pay, after: work}' --save crash.json
        headway replay crash.json

      A saved run needs nothing but itself. Exit code 0: the same run; 1: it differs, and where.
      """)

  @Argument(help: ArgumentHelp("The saved run.", valueName: "run"))
  var path: String

  @OptionGroup var verdict: VerdictOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let delivery = try Delivery(output)
    let run = try SavedRuns.read(path)
    let graph = Lab.replay(run) { Interruption.signal == nil ? .goOn : .stop }
    Notes(isSilent: output.quiet).tell(graph)
    let report = Report(
      command: .replay, seed: run.seed, logs: run.logs, failOn: verdict.failOn,
      isComplete: Interruption.signal == nil, graphs: [graph])
    try delivery.deliver(report)
    try verdict.conclude(report)
  }
}
