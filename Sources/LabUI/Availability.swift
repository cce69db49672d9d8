import LabEngine

extension AppState {
  /// Why an action does nothing now; nil where it works. Help, palette and key bar show what works.
  func refusal(of action: Action) -> String? {
    switch action {
    case .stepForward, .tip, .playPause, .nextNotable, .nextChange:
      if moment.step >= history.tip { return "this is the tip of the branch" }
      if action == .nextNotable, notableStep(after: true) == nil { return "nothing notable follows" }
      if action == .nextChange, changeStep(after: true) == nil { return "\(name(of: selection)) does nothing more" }
      return nil
    case .stepBack, .firstStep, .previousNotable, .previousChange:
      if moment.step == 0 { return "this is the first step" }
      if action == .previousNotable, notableStep(after: false) == nil { return "nothing notable before" }
      if action == .previousChange, changeStep(after: false) == nil {
        return "\(name(of: selection)) did nothing before"
      }
      return nil
    case .faster: return playback.speed + 1 < Playback.speeds.count ? nil : "this is the highest speed"
    case .slower: return playback.speed > 0 ? nil : "this is the lowest speed"
    case .undo: return history.canUndo ? nil : "no action to undo"
    case .redo: return history.canRedo ? nil : "nothing was undone"
    case .explain: return hasViolation ? nil : "nothing is broken so far"
    case .findNext, .findPrevious:
      if find.isEmpty { return "nothing was searched for" }
      return matches.isEmpty ? "no event matches \"\(find)\"" : nil
    case .panLeft, .panRight, .panUp, .panDown, .zoomIn, .zoomOut, .zoomFit, .dimOthers:
      return showsDrawing ? nil : "the graph is shown as a list"
    case .listView:
      return size >= .narrow ? nil : "the screen is too small for a drawing"
    case .enlargePane: return size >= .standard ? nil : "one pane has the whole screen already"
    case .open:
      switch focus {
      case .graph, .properties, .events: return nil
      case .inspector, .time, .progress: return "nothing to open here"
      }
    case .goToStep, .faultMenu, .scenarioMenu, .branchMenu, .up, .down, .left, .right, .pageUp, .pageDown,
      .nextPlace, .find, .nextPane, .previousPane, .focusGraph, .focusInspector, .focusTime, .focusEvents,
      .focusProperties, .focusProgress, .palette, .help, .mouse, .redraw, .suspend, .close, .quitNow,
      .quitKeepingScreen:
      return nil
    }
  }

  /// False where the list stands in for the drawing: by choice, or because the screen is small.
  var showsDrawing: Bool { !look.isList && size >= .narrow }

  /// The nearest step after, or before, this one with an event that matters.
  func notableStep(after: Bool) -> Int? { nearestStep(after: after) { $0.kind.isNotable } }

  /// The nearest step after, or before, this one at which the selection did something.
  func changeStep(after: Bool) -> Int? { nearestStep(after: after) { place(of: $0) == selection } }

  /// Positions in `history.events` of the events that hold the text searched for, in any case of letters.
  var matches: [Int] {
    let wanted = find.lowercased()
    guard !wanted.isEmpty else { return [] }
    return history.events.indices.filter { position in
      let event = history.events[position]
      return event.text.lowercased().contains(wanted)
        || event.actor.lowercased().contains(wanted)
    }
  }

  private func nearestStep(after: Bool, where isWanted: (StoryEvent) -> Bool) -> Int? {
    after
      ? history.events.first { $0.step > moment.step && isWanted($0) }?.step
      : history.events.last { $0.step < moment.step && isWanted($0) }?.step
  }
}

extension StoryEvent.Kind {
  /// True for what a person wants to stop at; the rest is traffic.
  var isNotable: Bool {
    switch self {
    case .fault, .recovery, .effect, .anomaly, .failure: true
    case .message, .timer, .log, .note: false
    }
  }
}
