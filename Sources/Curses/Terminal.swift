internal import CNcurses
internal import Glibc
public import Screen

/// There is no screen: no terminal at both ends, or none whose type can move its cursor.
public struct TerminalError: Error {}

/// The terminal as a screen: presents grids, hands over input, and puts everything back however the program ends.
///
/// Owner: the one thread of the terminal loop; curses is global state, so one instance per process. While it is open,
/// standard output and error are held back; they come out after the terminal is restored.
public final class Terminal {
  /// The terminal type used in place of an unknown `TERM`; nil where terminfo knows it.
  public let substitute: String?
  /// True if the locale's encoding is UTF-8; otherwise only ASCII reaches the terminal.
  public let isUnicode: Bool
  private let usesColour: Bool
  private var shown: Grid?

  /// - Parameter usesColour: false keeps bold, dim and reverse, and emits no colour.
  public init(palette: Palette, usesColour: Bool) throws(TerminalError) {
    let name = getenv("TERM").map { String(cString: $0) } ?? ""
    guard isatty(0) == 1, isatty(1) == 1, name != "", name != "dumb" else { throw TerminalError() }
    setlocale(LC_ALL, "")
    isUnicode = lab_is_unicode()
    // Exported sizes do not change with the terminal. use_env(FALSE) would turn off asking the terminal as well.
    for size in ["LINES", "COLUMNS"] { unsetenv(size) }
    // newterm, never initscr: that one prints a message and ends the program when it does not know the terminal.
    guard let opened = Self.candidates(for: name).first(where: { lab_open($0) != nil }) else { throw TerminalError() }
    substitute = opened == name ? nil : opened
    lab_guard()
    if getenv("ESCDELAY") == nil { set_escdelay(25) }
    // Signals stay on: Ctrl-C works even while the program computes.
    lab_read_keys()
    self.usesColour = usesColour && has_colors() && start_color() == OK && lab_colour_count() >= 8
    if self.usesColour { define(palette) }
  }

  public var width: Int { Int(getmaxx(lab_screen())) }
  public var height: Int { Int(getmaxy(lab_screen())) }

  /// Turns reports of the mouse on or off. Without the interval of zero curses would wait for a double click.
  public func setMouse(_ isOn: Bool) {
    (_, _) = (mouseinterval(0), mousemask(isOn ? KeyDecoder.mouseMask : 0, nil))
  }

  /// Shows a grid of the terminal's size. Only rows that changed are handed to curses.
  public func present(_ grid: Grid) {
    let isSameSize = shown?.width == grid.width && shown?.height == grid.height
    for y in 0..<grid.height where !isSameSize || (0..<grid.width).contains(where: { shown?[$0, y] != grid[$0, y] }) {
      let row = (0..<grid.width).filter { grid[$0, y] != .continuation }.map { character(for: grid[$0, y]) }
      mvwadd_wchnstr(lab_screen(), Int32(y), 0, row, Int32(row.count))
    }
    shown = grid
    wrefresh(lab_screen())
  }

  /// Forgets what is on the screen, so that the next `present` draws everything.
  public func redraw() {
    shown = nil
    lab_redraw_all()
  }

  /// Waits for input; nil when the time is over, or when the program was continued and must draw again.
  /// - Parameter milliseconds: nil waits without end.
  public func next(within milliseconds: Int?) -> TerminalInput? {
    if let waiting = decode() { return waiting }
    var sources = [0, lab_wake_descriptor()].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    _ = poll(&sources, 2, milliseconds.map { Int32(clamping: $0) } ?? -1)
    var drain = [UInt8](repeating: 0, count: 16)
    _ = read(sources[1].fd, &drain, drain.count)
    if lab_is_stop_asked() { suspend() }
    if lab_take_resumed() { resume() }
    if let input = decode() { return input }
    return sources[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 ? .closed : nil
  }

  /// Gives the terminal back to the shell until the program is continued.
  public func suspend() {
    endwin()
    lab_stop()
    resume()
  }

  /// Puts the terminal back. Safe to call twice.
  public func close() {
    if !isendwin() { endwin() }
    lab_put_back()
  }

  private func resume() {
    // Once more, because curses still thinks it owns the screen after a stop that could not be caught.
    endwin()
    redraw()
    doupdate()
    _ = lab_take_resumed()
  }

  private static func candidates(for name: String) -> [String] {
    let plain = name.hasPrefix("xterm-") ? String(name.dropFirst(6)) : name
    let isXterm = ["xterm", "kitty", "ghostty", "alacritty", "foot", "wezterm"].contains { plain.hasPrefix($0) }
    let isScreen = name.hasPrefix("tmux") || name.hasPrefix("screen")
    return [name] + (isXterm ? ["xterm-256color"] : isScreen ? ["screen-256color"] : []) + ["vt100"]
  }

  private func define(_ palette: Palette) {
    use_default_colors()
    // On a terminal of 8 colours a bright colour becomes its plain one.
    let limit = lab_colour_count() < 16 ? 8 : 16
    let number = { (colour: Int?) in Int16(colour.map { $0 % limit } ?? -1) }
    for (role, ink) in palette.inks.enumerated() {
      init_pair(Int16(role) + 1, number(ink.foreground), number(ink.background))
    }
  }

  private func character(for cell: Cell) -> cchar_t {
    let code = cell.glyph.value
    let isShown = (0x20..<0x7F).contains(code) || (isUnicode && code >= 0xA0)
    let style = cell.style
    let attributes = lab_attributes(style.isBold, style.isDim, style.isReversed, style.isUnderlined)
    var character = cchar_t()
    let pair = usesColour ? Int16(style.role.rawValue) + 1 : 0
    setcchar(&character, [isShown ? wchar_t(code) : 0x3F, 0], attributes, pair, nil)
    return character
  }

  private func decode() -> TerminalInput? {
    var code: wint_t = 0
    while true {
      let kind = wget_wch(lab_screen(), &code)
      guard kind == OK || kind == KEY_CODE_YES else { return nil }
      let input = kind == OK ? KeyDecoder.key(character: code).map { .key($0) } : special(Int32(code))
      if let input { return input }
    }
  }

  private func special(_ code: Int32) -> TerminalInput? {
    if code == KEY_RESIZE {
      redraw()
      werase(lab_screen())
      return .resized(width: width, height: height)
    }
    guard code == KEY_MOUSE else { return KeyDecoder.key(special: code).map { .key($0) } }
    var event = MEVENT()
    guard getmouse(&event) == OK, let button = KeyDecoder.button(event.bstate) else { return nil }
    return .mouse(MousePress(button, at: Point(x: Int(event.x), y: Int(event.y))))
  }
}
