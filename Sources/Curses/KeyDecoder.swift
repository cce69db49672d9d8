internal import CNcurses
internal import Screen

/// Translates what curses reads: characters and special keys, two number spaces that overlap, and mouse buttons.
enum KeyDecoder {
  private static let specials: [Int32: Key] = [
    KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_HOME: .home, KEY_END: .end,
    KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_BTAB: .backTab, KEY_ENTER: .enter, KEY_BACKSPACE: .backspace,
    KEY_DC: .delete,
  ]
  private static let buttons: [(Int32, MousePress.Button)] = [(1, .left), (3, .right), (4, .wheelUp), (5, .wheelDown)]
  /// The mask that asks curses for every button in use.
  static let mouseMask = buttons.reduce(0) { $0 | lab_button($1.0) }

  /// Nil for a control character that no key stands for.
  static func key(character code: UInt32) -> Key? {
    switch code {
    case 9: .tab
    case 10, 13: .enter
    case 8, 127: .backspace
    case 27: .escape
    case 1...26: Unicode.Scalar(code + 96).map { .control($0) }
    case 0..<32, 128..<160: nil
    default: Unicode.Scalar(code).map { .character($0) }
    }
  }

  static func key(special code: Int32) -> Key? {
    (KEY_F0...KEY_F0 + 12).contains(code) ? .function(Int(code - KEY_F0)) : specials[code]
  }

  static func button(_ state: mmask_t) -> MousePress.Button? {
    buttons.first { state & lab_button($0.0) != 0 }?.1
  }
}
