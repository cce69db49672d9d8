import LabEngine
import Screen

/// The first line: what is shown and where in it we are. What does not fit is left out from the right, except that the
/// verdict and whether time passes always stay.
struct TitleLine {
  private let parts: [StyledLine]
  private let lasting: [StyledLine]
  private let glyphs: GlyphSet

  init(_ state: AppState) {
    glyphs = state.glyphs
    let history = state.history
    let branch = history.branches[history.current].name
    let count = history.branches.count
    var parts = [
      StyledLine("step \(state.moment.step)/\(history.tip)", Style(.plain, bold: true)),
      StyledLine(state.file.split(separator: "/").last.map(String.init) ?? state.file, Style(.title, bold: true)),
      StyledLine("seed \(state.seed)", Style(.muted)),
      StyledLine(count > 1 ? "branch \(branch) \(history.current + 1)/\(count)" : "branch \(branch)"),
      StyledLine("t=\(clockText(state.moment.time))", Style(.muted)),
      StyledLine("x\(state.playback.stepsPerSecond)", Style(.muted)),
    ]
    if !state.moment.activeFaults.isEmpty {
      parts.append(StyledLine("faults \(state.moment.activeFaults.count) active", Style(.warning, bold: true)))
    }
    if history.isCut { parts.append(StyledLine("cut at a bound", Style(.warning))) }
    self.parts = parts
    let properties = state.moment.properties.filter { $0.verdict != .observed }
    let broken = properties.filter { $0.verdict == .violated }.count
    // What only the end of the run decides does not hold yet.
    let held = properties.filter { $0.verdict == .holds }.count
    var verdict = StyledLine("props \(held)/\(properties.count)")
    if broken > 0 {
      let glyph = PropertyStatus.Verdict.violated.glyph(glyphs)
      verdict = StyledLine(verdict.text + " \(glyph)\(broken)", Style(.bad, bold: true))
    }
    let isAtTip = state.moment.step == history.tip
    lasting = [
      StyledLine(state.playback.isPlaying ? "PLAYING" : isAtTip ? "AT TIP" : "PAUSED", Style(.accent, bold: true)),
      verdict,
    ]
  }

  func draw(into grid: inout Grid, in area: Rect) {
    guard area.height > 0 else { return }
    let width = { (line: StyledLine) in TextWidth.of(line.text, glyphs: glyphs) + 2 }
    var kept: [StyledLine] = []
    var used = 1 + lasting.map(width).reduce(0, +)
    for part in parts {
      guard used + width(part) <= area.width || kept.isEmpty else { break }
      kept.append(part)
      used += width(part)
    }
    // The step is what must survive the longest, but it reads best after the file, the seed and the branch.
    let step = kept.removeFirst()
    kept.insert(step, at: min(3, kept.count))
    var x = area.width > 30 ? area.x + 1 : area.x
    for line in kept + lasting where x < area.maxX {
      grid.write(line, at: Point(x: x, y: area.y), limit: area.maxX - x, glyphs: glyphs)
      x += width(line)
    }
  }
}
