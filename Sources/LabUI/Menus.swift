import LabEngine
import ProgressGraph
import Screen

/// The menus that are made from the state, all but the one of faults.
extension AppState {
  /// What works now, in the order of the key map; Enter or the key itself runs it.
  func help() -> Menu {
    Menu(
      title: "Keys that work now",
      items: keys.bindings.filter { refusal(of: $0.action) == nil && $0.action != .help }.map(item))
  }

  /// Every command, those that do not work now with the reason.
  func palette() -> Menu {
    Menu(title: "Commands", items: keys.bindings.filter { $0.action != .palette }.map(item), filter: "")
  }

  private func item(for binding: Binding) -> Menu.Item {
    // The key that closes closes the menu; only Enter on its line ends the program from here.
    Menu.Item(
      key: binding.action == .close ? nil : binding.keys.first, keyName: binding.keys.first?.name ?? "none",
      label: binding.help, detail: binding.name,
      effect: .action(binding.action), refusal: refusal(of: binding.action))
  }

  func scenarioMenu() -> Menu {
    // A file may have a calm scenario of its own, with a load of its own.
    let isNamed = graph.scenarios.contains { $0.name == "calm" }
    var items = [
      Menu.Item(
        key: .character("0"), label: isNamed ? "no scenario" : "calm", detail: "default load, no fault",
        effect: .scenario(nil))
    ]
    for (position, scenario) in graph.scenarios.enumerated() {
      let summary = scenario.summary.isEmpty ? scenario.faults.map(\.text).joined(separator: " ") : scenario.summary
      let digit = position < 9 ? Unicode.Scalar(UInt8(ascii: "1") + UInt8(position)) : nil
      items.append(
        Menu.Item(
          key: digit.map { .character($0) }, label: scenario.name, detail: summary, effect: .scenario(position)))
    }
    return Menu(title: "Run a scenario", items: items)
  }

  func branchMenu() -> Menu {
    let items = history.branches.enumerated().map { position, branch in
      var label = branch.name
      if let origin = branch.origin {
        label += "  from \(history.branches[origin.branch].name) at step \(origin.step)"
      }
      label += "  \(branch.tip) steps"
      if !branch.codes.isEmpty { label += "  " + branch.codes.joined(separator: " ") }
      let isCurrent = position == history.current
      return Menu.Item(
        keyName: isCurrent ? "*" : " ", label: label, detail: branch.summary, effect: .branch(position),
        refusal: isCurrent ? "this branch is shown already" : nil)
    }
    return Menu(title: "Branches", items: items, cursor: history.current)
  }

  /// The chain of causes of the first violation, from its beginning, with the faults that struck it; each line jumps to
  /// its step.
  func explanation() -> Menu {
    guard let broken = moment.properties.first(where: { $0.verdict == .violated }), let step = broken.step,
      let end = lastSign(at: step)
    else { return Menu(title: "Nothing is broken", items: []) }
    var chain = [end]
    while let last = chain.last, let cause = history.events[last].cause { chain.append(cause) }
    chain = (chain + faults(behind: chain, endingAt: end)).sorted()
    let items = chain.map { position in
      let event = history.events[position]
      return Menu.Item(
        keyName: "s\(event.step)", label: "\(event.actor) \(event.text)", detail: clockText(event.time),
        effect: .step(event.step))
    }
    return Menu(title: "Why \(broken.name)?", items: items, cursor: items.count - 1)
  }

  /// The faults without which the chain would have gone another way. A fault is nobody's cause in the story: what
  /// follows from it is a time-out or a silence. Told are those that struck somebody in the chain or one of its
  /// messages; where no such tie is known, all that came before the end.
  private func faults(behind chain: [Int], endingAt end: Int) -> [Int] {
    let events = history.events
    let faults = events.indices.prefix(through: end).filter { events[$0].kind == .fault && !chain.contains($0) }
    var named = Set(chain.map { place(of: events[$0].actor) })
    // `gives up on pay: no answer in time` is about pay as much as about whoever gives up.
    for position in chain { named.formUnion(events[position].text.split { " :,".contains($0) }) }
    let tied = faults.filter { position in
      if let cause = events[position].cause { return chain.contains(cause) }
      return named.contains(place(of: events[position].actor))
    }
    return tied.isEmpty ? faults : tied
  }

  /// The node or channel that an actor is part of: `orders` of `orders/log/2`.
  private func place(of actor: String) -> Substring { actor.prefix { $0 != "/" } }

  /// Of the events of the latest step up to this one that has any, the one that matters most.
  private func lastSign(at step: Int) -> Int? {
    let events = history.events
    guard let last = events.lastIndex(where: { $0.step <= step }) else { return nil }
    let positions = events.indices.filter { events[$0].step == events[last].step }
    return positions.first { events[$0].kind == .anomaly } ?? positions.first { events[$0].kind.isNotable } ?? last
  }
}
