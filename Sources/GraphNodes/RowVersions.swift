public import Primitives

/// The version of every row that a versioned write left in a database. Look-up only.
public struct RowVersions: Equatable, Sendable {
  private var latest: [UInt64: UInt64] = [:]
  /// Fed instead of the rows, whose order changes with every process.
  private var sum: UInt64 = 0

  public init() {}

  subscript(_ row: UInt64) -> UInt64? { latest[row] }

  mutating func set(_ row: RowVersion) {
    if let former = latest.updateValue(row.version, forKey: row.row) {
      sum &-= RowVersion(row: row.row, version: former).fingerprint
    }
    sum &+= row.fingerprint
  }
}

/// One row and the version that a write gives it.
public struct RowVersion: Equatable, Sendable {
  public var row: UInt64
  public var version: UInt64

  public init(row: UInt64, version: UInt64) {
    self.row = row
    self.version = version
  }
}

extension RowVersions: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(latest.count)
    fingerprinter.feed(sum)
  }
}

extension RowVersion: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(row)
    fingerprinter.feed(version)
  }
}
