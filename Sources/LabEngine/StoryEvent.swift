public import Primitives

/// One line of a run's story: who did what, when, and because of which earlier line.
public struct StoryEvent: Equatable, Sendable {
  /// What a line is about; decides its mark and colour, never its meaning.
  public enum Kind: String, Sendable, CaseIterable {
    /// Something was broken on purpose.
    case fault
    /// What was broken works again.
    case recovery
    /// Something happened that counts: a write, an external effect.
    case effect
    /// An effect that is doubled, or work that ended wrong.
    case anomaly
    /// An attempt or a call failed, or timed out.
    case failure
    /// A message, a call, an answer, a record put on a channel or delivered from it.
    case message
    /// A timer fired, a lease ended, a retry is due.
    case timer
    /// The replicas of a log: elections, commits.
    case log
    /// Anything else worth a line.
    case note
  }
  /// The action of the run, counted from 1, in which it happened. Never decreases along a story.
  public var step: Int
  public var time: SimInstant
  /// `pay`, `orders`, `orders/log/2`, `network`.
  public var actor: String
  /// What happened, without the actor: `calls stock`. No line breaks.
  public var text: String
  public var kind: Kind
  /// The position in the story of the line that caused this one; always an earlier one.
  public var cause: Int?

  public init(
    step: Int, time: SimInstant, actor: String, text: String, kind: Kind, cause: Int? = nil
  ) {
    self.step = step
    self.time = time
    self.actor = actor
    self.text = text
    self.kind = kind
    self.cause = cause
  }
}
