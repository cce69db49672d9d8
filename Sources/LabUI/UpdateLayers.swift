import LabEngine
import Primitives
import ProgressGraph
import Screen

/// Keys while a menu or a prompt is open.
extension AppState {
  mutating func press(_ key: Key, in menu: Menu) -> [Command] {
    var menu = menu
    switch key {
    case .escape: return closeLayer()
    case .enter: return choose(menu.selected)
    case .up: menu.move(by: -1)
    case .down: menu.move(by: 1)
    case .pageUp: menu.move(by: -10)
    case .pageDown: menu.move(by: 10)
    case .home: menu.move(by: -menu.items.count)
    case .end: menu.move(by: menu.items.count)
    case .backspace where menu.filter != nil:
      menu.filter = menu.filter.map { String($0.dropLast()) }
      menu.cursor = 0
    case .character(let scalar) where menu.filter != nil:
      menu.filter?.unicodeScalars.append(scalar)
      menu.cursor = 0
    case .character, .control, .left, .right, .tab, .backTab, .delete, .backspace, .function:
      if let item = menu.items.first(where: { $0.key == key }) { return choose(item) }
      // `q` closes, unless it is the key of a line.
      if key == .character("q") { return closeLayer() }
      if key == .character("k") { menu.move(by: -1) }
      if key == .character("j") { menu.move(by: 1) }
    }
    layers[layers.count - 1] = .menu(menu)
    return []
  }

  mutating func press(_ key: Key, in prompt: Prompt) -> [Command] {
    var prompt = prompt
    switch key {
    case .escape: return closeLayer()
    case .enter:
      _ = closeLayer()
      return accept(prompt)
    case .backspace:
      // Backspace in an empty prompt leaves it, as in other programs with a `/`.
      guard !prompt.text.isEmpty else { return closeLayer() }
      prompt.text.removeLast()
    case .character(let scalar): prompt.text.unicodeScalars.append(scalar)
    case .control, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .tab, .backTab, .delete, .function:
      break
    }
    if prompt.purpose == .find { find = prompt.text }
    layers[layers.count - 1] = .prompt(prompt)
    return []
  }

  mutating func choose(_ item: Menu.Item?) -> [Command] {
    if let refusal = item?.refusal {
      notice = refusal
      return []
    }
    _ = closeLayer()
    switch item?.effect {
    case nil: return []
    case .action(let action): return perform(action)
    case .inject(let fault):
      let (on, back) = (keys.keyName(of: .stepForward), keys.keyName(of: .undo))
      notice = "on a new branch from step \(moment.step): \(on) steps into it, \(back) goes back"
      return [.inject(fault)]
    case .scenario(let position): return [.startScenario(position)]
    case .branch(let position): return [.switchBranch(position)]
    case .step(let step): return [.go(to: step)]
    }
  }

  mutating func closeLayer() -> [Command] {
    if !layers.isEmpty { layers.removeLast() }
    return []
  }

  private mutating func accept(_ prompt: Prompt) -> [Command] {
    switch prompt.purpose {
    case .find:
      find = prompt.text
      return prompt.text.isEmpty ? [] : perform(.findNext)
    case .goToStep:
      guard let step = step(written: prompt.text) else {
        notice = "\"\(prompt.text)\" is neither a step (118) nor a time (3.4s, 250ms)"
        return []
      }
      return [.go(to: step)]
    }
  }

  /// A number is a step; a number with a unit is a time, and means the last step at or before it.
  private func step(written text: String) -> Int? {
    if let number = Int(text) { return min(max(0, number), history.tip) }
    let units: [(String, Double)] = [("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)]
    for (unit, scale) in units where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number >= 0, number * scale < 1e18 else { return nil }
      let time = SimInstant(microseconds: Int64(number * scale))
      return history.events.last { $0.time <= time }?.step ?? 0
    }
    return nil
  }
}
