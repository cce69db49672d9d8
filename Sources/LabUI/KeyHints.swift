import Screen

extension AppState {
  /// What the key bar shows, the most useful first. Every hint works when it is shown.
  var hints: [(action: Action, hint: KeyBar.Hint)] {
    let wanted: [Action] =
      switch focus {
      case .graph, .inspector: [.faultMenu, .scenarioMenu]
      case .time: [.firstStep, .tip]
      case .events: [.find, .findNext]
      case .properties: [.open, .explain]
      case .progress: [.nextNotable, .previousNotable]
      }
    // Whoever sees only a few hints must see how to get help and how to leave.
    let basics: [Action] = [.help, .close]
    let order: [Action] =
      (width < 60 ? [.stepForward] + basics : []) + [.playPause, .stepForward, .stepBack] + wanted + basics + [
        .undo, .branchMenu, .explain, .nextNotable, .previousNotable, .faultMenu, .scenarioMenu, .find, .palette,
        .listView, .enlargePane,
      ]
    var hints: [(Action, KeyBar.Hint)] = []
    for action in order where !hints.contains(where: { $0.0 == action }) {
      guard refusal(of: action) == nil, let binding = keys.binding(of: action), let key = binding.keys.first
      else { continue }
      let name = action == .playPause && playback.isPlaying ? "pause" : binding.name
      hints.append((action, KeyBar.Hint(key: key.name, name: name)))
    }
    return hints
  }

  /// The key bar while a menu or a prompt is open.
  var layerHints: [KeyBar.Hint]? {
    switch layers.last {
    case nil: nil
    case .menu(let menu):
      [KeyBar.Hint(key: "Enter", name: "choose"), KeyBar.Hint(key: "Esc", name: "close")]
        + (menu.filter == nil ? [] : [KeyBar.Hint(key: "type", name: "to narrow")])
    case .prompt: [KeyBar.Hint(key: "Enter", name: "go"), KeyBar.Hint(key: "Esc", name: "cancel")]
    }
  }
}
