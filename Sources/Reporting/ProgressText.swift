import LabEngine

/// The tree of every workflow, one line for each piece of work and each step.
struct ProgressText {
  let workflows: [WorkflowReport]

  func write(to text: inout StyledText) {
    for workflow in workflows {
      text.add(workflow.trigger, .strong)
      text.line(workflow.isComplete ? "  complete" : "", .muted)
      for work in workflow.works { write(work, depth: 1, to: &text) }
      if workflow.works.isEmpty { text.line("  not begun", .muted) }
      if workflow.isCut { text.line("  and more, left out here", .muted) }
    }
  }

  private func write(_ work: WorkReport, depth: Int, to text: inout StyledText) {
    text.blanks(2 * depth)
    text.add(work.place, .strong)
    let attempts = work.attempts > 1 ? ", attempt \(work.attempts)" : ""
    text.line("  \(work.state)\(attempts)", work.state == "done" ? .muted : .warning)
    for step in work.steps { write(step, depth: depth + 1, to: &text) }
  }

  private func write(_ step: StepReport, depth: Int, to text: inout StyledText) {
    text.blanks(2 * depth)
    text.add(step.step)
    var words = "  \(step.state)"
    if let waitsFor = step.waitsFor { words += ", waits for \(waitsFor)" }
    if step.retries > 0 { words += ", tried again \(counted(step.retries, "time"))" }
    text.line(words, step.state == "running" ? .warning : .muted)
    for work in step.below { write(work, depth: depth + 1, to: &text) }
  }
}

extension JSONWriter {
  mutating func progress(_ workflows: [WorkflowReport]) {
    list("progress", workflows) { writer, workflow in
      writer.field("trigger", workflow.trigger)
      writer.field("complete", workflow.isComplete)
      writer.field("cut", workflow.isCut)
      writer.works("works", workflow.works)
    }
  }

  private mutating func works(_ key: String, _ works: [WorkReport]) {
    list(key, works) { writer, work in
      writer.field("work", work.place)
      writer.field("state", work.state)
      writer.field("attempts", work.attempts)
      writer.list("steps", work.steps) { writer, step in
        writer.field("step", step.step)
        writer.field("state", step.state)
        writer.field("waitsFor", step.waitsFor)
        writer.field("retries", step.retries)
        writer.works("below", step.below)
      }
    }
  }
}
