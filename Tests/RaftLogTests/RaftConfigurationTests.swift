import Primitives
import RaftLog
import Testing

/// Knobs as text: every listed value is taken and changes something, every other one is refused.
@Suite struct RaftConfigurationTests {
  private let sound = RaftConfiguration(servers: [MachineID(0), MachineID(1), MachineID(2)])

  @Test func `every knob takes its values, and the first is the default`() {
    for knob in RaftConfiguration.knobs {
      for (position, value) in knob.values.enumerated() {
        var configuration = sound
        let accepted = configuration.set(knob: knob.name, value: value == "1...servers" ? "1" : value)
        #expect(accepted, "\(knob.name)=\(value)")
        #expect((configuration == sound) == (position == 0), "\(knob.name)=\(value)")
      }
    }
  }

  @Test(arguments: [
    ("election_quorum", "0"), ("election_quorum", "4"), ("replication_quorum", "most"), ("persist_vote", "maybe"),
    ("read_mode", "lease"), ("reconfig_mode", "joint"), ("replication", "pull"), ("", ""),
  ])
  func `what is not there is refused`(knob: String, value: String) {
    var configuration = sound
    let accepted = configuration.set(knob: knob, value: value)
    #expect(!accepted && configuration == sound)
    #expect(RaftConfiguration(servers: sound.servers, settings: [(knob: knob, value: value)]) == nil)
  }

  @Test func `on and off stand for true and false`() {
    let settings = [(knob: "persist_vote", value: "off"), (knob: "pre_vote", value: "on")]
    let configuration = RaftConfiguration(servers: sound.servers, settings: settings)
    #expect(configuration?.persistVote == false && configuration?.preVote == true)
  }
}
