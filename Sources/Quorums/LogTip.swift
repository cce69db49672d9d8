/// The last position of a log: what elections compare.
///
/// The one with the later epoch is more up to date; with equal epochs, the longer one (Raft §5.4.1).
public struct LogTip: Comparable, Sendable {
  public var epoch: UInt64
  public var index: UInt64

  public init(epoch: UInt64, index: UInt64) {
    self.epoch = epoch
    self.index = index
  }

  @inlinable
  public static func < (left: LogTip, right: LogTip) -> Bool {
    left.epoch == right.epoch ? left.index < right.index : left.epoch < right.epoch
  }
}
