/// The value of a field of a trigger, as the system under test sees it and as the checkers count by.
///
/// Fields are made by whoever starts the workflow, one value per root trigger, so field and number say everything. A
/// value without a field stands for the root itself.
public struct KeyValue: Hashable, Sendable {
  public let field: NameID?
  /// The root trigger, or 1 where the load has one value of the field for all of its triggers.
  public let root: UInt64

  public init(field: NameID?, root: UInt64) {
    self.field = field
    self.root = root
  }

  /// Packed for observations and records: the field above bit 40, plus one, and the root below.
  public var packed: UInt64 { (field.map { (UInt64($0.raw) + 1) << 40 } ?? 0) | (root & 0xFF_FFFF_FFFF) }

  public init(packed: UInt64) {
    let field = packed >> 40
    self.field = field == 0 ? nil : NameID(raw: UInt16(field - 1))
    root = packed & 0xFF_FFFF_FFFF
  }
}
