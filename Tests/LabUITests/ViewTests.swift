import LabEngine
import LabUI
import Primitives
import ProgressGraph
import Screen
import Testing

@Suite struct ViewTests {
  /// Method: a sweep of sizes from one cell to beyond the largest rung, with and without a menu; nothing may trap, and
  /// in the ASCII set no cell may hold anything else.
  @Test func everySizeIsDrawn() throws {
    let base = try Checkout.state(glyphs: .ascii)
    let sizes = [1, 2, 3, 5, 8, 13, 21, 39, 40, 59, 60, 79, 80, 139, 140, 200]
    for width in sizes {
      for height in [1, 2, 3, 4, 9, 10, 15, 16, 23, 24, 39, 40, 70] {
        var state = base
        _ = update(&state, .input(.resized(width: width, height: height)))
        for keys in ["", "f", ":", "/x"] {
          var state = state
          _ = Checkout.press(keys, on: &state)
          let grid = state.drawn()
          #expect(grid.width == width && grid.height == height)
          #expect(grid.cells.allSatisfy { $0.glyph.isASCII }, "\(width)x\(height) \(keys)")
        }
      }
    }
  }

  /// Method: the same moment without any colour must tell every state apart: by a glyph or a word.
  @Test func statesDifferWithoutColour() throws {
    var seen: Set<String> = []
    for health in PlaceStatus.Health.allCases {
      for glyphs in GlyphSet.allCases {
        var state = try Checkout.state(glyphs: glyphs)
        state.look.isList = true
        state.moment.nodes[0].health = health
        let isNew = seen.insert(state.text).inserted
        #expect(isNew, "\(health) \(glyphs)")
      }
    }
  }

  /// Method: at the highest zoom the kind and the work of a box are words of their own, neither cut.
  @Test func aBoxSaysHowItsWorkIsControlled() throws {
    let lines = try Checkout.state(step: 0, width: 260, height: 70).drawn().lines()
    #expect(lines.contains { $0.contains("│ idempotent") } && !lines.contains { $0.contains("service, ") })
  }

  /// Method: the number behind the stroke is the branch's end, whatever the step.
  @Test func theTipDoesNotMoveWithTheStep() throws {
    for step in [0, 1, 14, 40] {
      #expect(try Checkout.state(step: step).text.contains("step \(step)/40"))
    }
  }

  /// Method: a narrow title drops what is less important, never the verdict.
  @Test func theVerdictStays() throws {
    for width in [60, 70, 80, 100, 160] {
      let title = try Checkout.state(step: 31, width: width).drawn().lines()[0]
      #expect(title.contains("PAUSED") && title.contains("props 0/2") && title.contains("✗1"), "\(title)")
      #expect(title.contains("step 31/40"))
    }
  }

  /// Method: what only the end decides is not counted as held before the end.
  @Test func whatIsUndecidedDoesNotHold() throws {
    #expect(try Checkout.state(step: 2).drawn().lines()[0].contains("props 0/2"))
    #expect(try Checkout.state(step: Checkout.tip).drawn().lines()[0].contains("props 1/2"))
  }

  /// Method: what changed in a step is shown with the value before.
  @Test func changesShowTheOldValue() throws {
    var state = try Checkout.state(step: 13)
    state.selection = .node(try #require(state.graph.node(named: "pay")))
    #expect(state.text.contains("up → CRASHED"))
    Checkout.show(14, in: &state)
    #expect(!state.text.contains("→ CRASHED"))
  }

  /// Method: a menu far longer than the screen shows its cursor at the first and at the last line.
  @Test func longMenusScroll() throws {
    var state = try Checkout.state(height: 24)
    _ = Checkout.press("?", on: &state)
    #expect(state.text.contains("Play or pause"))
    _ = Checkout.press([.end], on: &state)
    #expect(state.text.contains("Quit and leave the last screen"))
  }
}
