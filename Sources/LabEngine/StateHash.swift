import ClusterModel
import LabWorld
import Primitives
import Properties
import Simulation

/// The state of a run: that of its machines, and what they have done to the world. An effect without a key leaves no
/// trace in any machine, and a run that did it twice is in another state than one that did it once.
///
/// Every hash of a run is this one: of reports and of saved runs, of the search, of the lab.
func stateHash(of cluster: Cluster<LabMachine>, _ judge: WorkJudge) -> UInt64 {
  var fingerprinter = Fingerprinter()
  fingerprinter.feed(cluster.fingerprint)
  fingerprinter.feed(judge.appliedEffects)
  return fingerprinter.value
}

extension Execution {
  var stateHash: UInt64 { LabEngine.stateHash(of: simulator.cluster, judge) }
}
