import Glibc
import Reporting

/// The two streams of the program and what is known of the terminal behind them: stdout is data, stderr is messages.
enum Console {
  /// Writes all bytes, however often the system takes only a part. A reader that went away ends it quietly: nobody is
  /// left to be told.
  ///
  /// - Returns: false where something could not be written and somebody may want to know (a full disk).
  @discardableResult
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count > 0 {
          written += count
        } else if count == 0 || errno == EINTR {
          continue
        } else if errno == EAGAIN {
          waitUntilWritable(descriptor)
        } else {
          return errno == EPIPE
        }
      }
      return true
    }
  }

  /// What to say right after a write to the standard output that failed.
  static var cannotWriteOutput: String { "cannot write to the standard output: \(InputFile.reason(errno))" }

  /// Fills a closed standard stream with one that cannot be written, so that no file of ours gets its number and what
  /// is printed there is missed instead of lost in that file.
  static func secureStreams() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }

  static func message(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// True where the lab can be opened: a person at both ends, and a terminal that can do more than print.
  static var isInteractive: Bool {
    isTerminal(STDIN_FILENO) && isTerminal(STDOUT_FILENO) && !isDumb
  }

  /// How text is to look on this stream.
  static func style(of descriptor: Int32, colour: ColourChoice) -> TextStyle {
    let isTerminal = isTerminal(descriptor)
    return TextStyle(
      isColoured: isColoured(isTerminal: isTerminal, colour), glyphs: glyphs,
      width: isTerminal ? min(columns(of: descriptor), 140) : TextStyle.plain.width)
  }

  /// For text that goes to a file.
  static func fileStyle(colour: ColourChoice) -> TextStyle {
    TextStyle(isColoured: isColoured(isTerminal: false, colour), glyphs: glyphs, width: TextStyle.plain.width)
  }

  /// Columns of the terminal, 80 where it does not tell.
  static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Nil where it is unset or empty: both mean the same to every convention used here.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  // MARK: Private

  private static var isDumb: Bool {
    let terminal = environment("TERM")
    return terminal == nil || terminal == "dumb"
  }

  private static func isColoured(isTerminal: Bool, _ choice: ColourChoice) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto: isTerminal && environment("NO_COLOR") == nil && !isDumb
    }
  }

  /// By the locale's codeset, in the order of POSIX. No locale at all is `C`.
  private static var glyphs: TextStyle.Glyphs {
    let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") ?? "C"
    let codeset = locale.lowercased()
    return codeset.contains("utf-8") || codeset.contains("utf8") ? .unicode : .ascii
  }

  private static func waitUntilWritable(_ descriptor: Int32) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = poll(&request, 1, -1)
  }
}

enum ColourChoice: String, CaseIterable {
  case auto, always, never
}
