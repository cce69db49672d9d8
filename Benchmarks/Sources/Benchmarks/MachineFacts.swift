import Foundation

/// What the figures were measured on: rates move with the machine, so they stand beside them.
enum MachineFacts {
  static func text() -> String {
    let processor = field("model name", in: "/proc/cpuinfo") ?? "unknown processor"
    let kibibytes = field("MemTotal", in: "/proc/meminfo")?.split(separator: " ").first.flatMap { Double($0) } ?? 0
    let system = field("PRETTY_NAME", in: "/etc/os-release", separator: "=") ?? "unknown system"
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return "\(cores) cores (\(processor)), \(shortened(kibibytes / 1_048_576)) GiB, \(system), load \(load())"
  }

  private static func load() -> String {
    let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? "?"
    return String(text.split(separator: " ").first ?? "?")
  }

  private static func field(_ name: String, in file: String, separator: Character = ":") -> String? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(separator: separator, maxSplits: 1).last.map {
      $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
    }
  }
}

/// Seconds of processor time that this process spends on the work: what else runs on the machine does not count, as it
/// does not in the peers, which measure themselves the same way.
func processorSeconds<Failure: Error>(of work: () throws(Failure) -> Void) throws(Failure) -> Double {
  let start = processorTime()
  try work()
  return processorTime() - start
}

private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Seconds on a clock on the wall that only goes forward.
func seconds<Failure: Error>(of work: () throws(Failure) -> Void) throws(Failure) -> Double {
  let start = ContinuousClock.now
  try work()
  let (whole, attoseconds) = (ContinuousClock.now - start).components
  return Double(whole) + Double(attoseconds) * 1e-18
}
