import Primitives
import ProgressGraph

/// The branches that each member of an `exclusive` group is or lies in.
struct ExclusiveGroups {
  private var places: [NameID: [BranchPlace]] = [:]

  init(_ catalogue: EffectCatalogue) {
    let graph = catalogue.graph
    var members: [NameID] = []
    var isMember = IdentifierSet<NameID>()
    var names: [String: NameID] = [:]
    for name in graph.expectations.exclusive.joined() where !isMember.contains(name) {
      isMember.insert(name)
      members.append(name)
      names[graph[name]] = name
    }
    guard !members.isEmpty else { return }
    for step in graph.stepIDs {
      if case .choose(let choose) = graph[step].verb {
        for (option, branch) in choose.branches.enumerated() {
          if let name = names[branch.name] { add(BranchPlace(choose: step, option: option), to: name) }
        }
      }
      for place in catalogue.decisions[step.index] {
        for name in catalogue.names[step.index] where isMember.contains(name) { add(place, to: name) }
        guard case .call(let call) = graph[step].verb else { continue }
        let reach = catalogue.reach[call.handler.index]
        for name in members where reach.contains(name) { add(place, to: name) }
      }
    }
  }

  private mutating func add(_ place: BranchPlace, to name: NameID) {
    let known = places[name, default: []]
    guard !known.contains(where: { $0.choose == place.choose && $0.option == place.option }) else { return }
    places[name] = known + [place]
  }

  /// True when every two members of the group are, or lie in, different branches of some one `choose`: then its turns
  /// decide.
  func areBranches(_ group: [NameID]) -> Bool {
    if areBranchesOfOne(group) { return true }
    return group.indices.allSatisfy { first in
      group.indices.allSatisfy { second in first >= second || areSplit(group[first], group[second]) }
    }
  }

  /// The usual group, found without comparing every two: each member is a branch of the same `choose`, no two the same.
  private func areBranchesOfOne(_ group: [NameID]) -> Bool {
    guard let first = group.first else { return true }
    return places[first, default: []].contains { candidate in
      var options: Set<Int> = []
      return group.allSatisfy { name in
        let own = places[name, default: []].filter { $0.choose == candidate.choose }
        return own.count == 1 && options.insert(own[0].option).inserted
      }
    }
  }

  private func areSplit(_ left: NameID, _ right: NameID) -> Bool {
    places[left, default: []].contains { place in
      places[right, default: []].contains { $0.choose == place.choose && $0.option != place.option }
    }
  }
}
