import ClusterModel
import MachineContract
import Primitives
import Testing

/// Choices that machines leave open: who may decide them, and what becomes of those that nobody decides.
@Suite struct ChoiceTests {
  @Test func `an open choice offers every option that has a weight, and is decided once`() {
    let stage = Stage()
    stage.tell(one, .choose(7, weights: [1, 0, 3]))
    #expect(stage.cluster.enabledActions() == [.choose(one, 7, option: 0), .choose(one, 7, option: 2)])
    #expect(!stage.apply(.choose(one, 7, option: 1)), "its weight is zero")
    #expect(!stage.apply(.choose(one, 7, option: 3)) && !stage.apply(.choose(one, 8, option: 0)))
    #expect(stage.apply(.choose(one, 7, option: 2)))
    #expect(stage.heard(one).last == "chosen 7: 2")
    #expect(!stage.apply(.choose(one, 7, option: 2)) && stage.cluster.enabledActions().isEmpty)
  }

  @Test func `a crash forgets what is open, a pause keeps it`() {
    let stage = Stage()
    stage.tell(one, .choose(7, weights: [1, 1]))
    stage.apply(.pause(one))
    #expect(!stage.apply(.choose(one, 7, option: 0)) && stage.cluster.enabledActions().isEmpty)
    stage.apply(.resume(one))
    #expect(stage.cluster.enabledActions().count == 2)
    stage.apply(.crash(one, .keepPending))
    #expect(stage.events.contains { if case .choiceAbandoned(one, _) = $0 { true } else { false } })
    stage.apply(.restart(one))
    #expect(!stage.apply(.choose(one, 7, option: 0)))
  }

  @Test func `a new choice under a token takes the place of the one before, disarming takes it back`() {
    let stage = Stage()
    stage.tell(one, .choose(7, weights: [1, 1]), .choose(7, weights: [1]), .choose(8, weights: [1]))
    #expect(stage.cluster.enabledActions() == [.choose(one, 7, option: 0), .choose(one, 8, option: 0)])
    stage.tell(one, .disarm(7))
    #expect(stage.cluster.enabledActions() == [.choose(one, 8, option: 0)])
  }

  @Test func `what is open is part of the fingerprint, and the order of opening is not`() {
    func stage(_ orders: Output<Puppet>...) -> UInt64 {
      let stage = Stage()
      for order in orders { stage.tell(one, order) }
      return stage.cluster.fingerprint
    }
    let open = stage(.choose(7, weights: [1, 1]))
    let others = [
      stage(), stage(.choose(8, weights: [1, 1])), stage(.choose(7, weights: [1, 2])), stage(.choose(7, weights: [1])),
      stage(.arm(7, after: .immediately, purpose: .work)),
    ]
    for other in others { #expect(other != open) }
    #expect(
      stage(.choose(7, weights: [1]), .choose(8, weights: [2])) == stage(
        .choose(8, weights: [2]), .choose(7, weights: [1])))
  }
}
