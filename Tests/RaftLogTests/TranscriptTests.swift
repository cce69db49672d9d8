import LabTesting
import Testing

/// The transcript runner itself, on a text of its own: it keeps what it is given, and notices what differs.
@Suite struct TranscriptTests {
  private let text = """
    # why
    say one
    say two
    ----
    one
    two

    say nothing
    ----

    """

  @Test func `a transcript is read and written without loss`() {
    let transcript = Transcript(parsing: text)
    #expect(transcript.blocks.map(\.commands) == [["say one", "say two"], ["say nothing"]])
    #expect(transcript.blocks.map(\.expected) == [["one", "two"], []])
    #expect(transcript.blocks[0].comments == ["# why"])
    #expect(transcript.text == text)
    #expect(Transcript(parsing: transcript.text) == transcript)
  }

  @Test func `what happens otherwise shows`() {
    let transcript = Transcript(parsing: text)
    let same = transcript.replayed { $0 == "say nothing" ? [] : [String($0.dropFirst(4))] }
    #expect(same == transcript)
    let other = transcript.replayed { [$0] }
    #expect(other.blocks.map(\.expected) == [["say one", "say two"], ["say nothing"]])
  }

  @Test func `a file that is not there is a difference`() {
    #expect(Transcript.check("/nowhere/at/all.txt") { [$0] } != nil)
  }
}
