import ArgumentParser
import Glibc
import LabEngine
import Reporting

/// Takes a finished report to where it was asked for, and ends the command with its exit code.
struct Delivery {
  private let format: OutputOptions.Format
  private let colour: ColourChoice
  /// Nil for the standard output.
  private let file: OutputFile?

  init(_ options: OutputOptions) throws(CommandFailure) {
    try self.init(to: options.place, format: options.format)
  }

  init(to place: PlaceOptions, format: OutputOptions.Format = .text) throws(CommandFailure) {
    try self.init(to: place.output, format: format, colour: place.color)
  }

  /// Looks at the place of `--output` before any work is done.
  init(to path: String?, format: OutputOptions.Format = .text, colour: ColourChoice) throws(CommandFailure) {
    self.format = format
    self.colour = colour
    do {
      file = try path.map { path throws(OutputFile.Failure) in try OutputFile(path) }
    } catch {
      throw CommandFailure.cannot(error.message)
    }
  }

  func deliver(_ report: Report) throws(CommandFailure) {
    switch format {
    case .json: try deliver(ReportJSON.bytes(of: report))
    case .text: try deliver(ReportText.bytes(of: report, style: style))
    }
  }

  func deliver(_ bytes: [UInt8]) throws(CommandFailure) {
    guard let file else {
      guard Console.write(bytes, to: STDOUT_FILENO) else {
        throw CommandFailure.cannot(Console.cannotWriteOutput)
      }
      return
    }
    do {
      try file.write(bytes)
    } catch {
      throw CommandFailure.cannot(error.message)
    }
  }

  var style: TextStyle {
    file == nil ? Console.style(of: STDOUT_FILENO, colour: colour) : Console.fileStyle(colour: colour)
  }
}

extension VerdictOptions {
  /// Ends the command: a signal outweighs the verdict, because the verdict is not about all that was asked.
  func conclude(_ report: Report) throws(CommandFailure) {
    if let signal = Interruption.signal { throw CommandFailure.verdict(128 + signal) }
    let status = report.verdict.exitCode
    let isForgiven = exitZero && (report.verdict == .fail || report.verdict == .inconclusive)
    if status != 0, !isForgiven { throw CommandFailure.verdict(status) }
  }
}
