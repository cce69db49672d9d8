/// The highest index that at least `quorum` of the servers have reached: the `quorum`-th largest.
///
/// - Parameter reached: the last index that each server holds, one element a server.
/// - Returns: zero where fewer servers exist than the quorum needs.
///
/// Cost: quadratic in the group, which has nine servers at most; nothing is sorted, so nothing is allocated.
@inlinable
public func quorumIndex(_ quorum: Int, of reached: some Collection<UInt64>) -> UInt64 {
  var best: UInt64 = 0
  for candidate in reached where candidate > best {
    var holders = 0
    for index in reached where index >= candidate { holders += 1 }
    if holders >= quorum { best = candidate }
  }
  return best
}
