import Primitives
import ProgressGraph
import Testing

@testable import LabEngine

/// Method: one run for each kind of fault; its story must say what struck, whom, and when, in a line of its own.
@Suite struct FaultStoryTests {
  private static let design = """
    nodes:
      web: {kind: client, do: [{call: shop, retry: 2}]}
      shop: {do: [{call: pay}, {write: order}, {publish: orders}, {publish: orders}]}
      pay: {do: [{effect: charge}]}
      mailer: {trigger: orders, do: [{effect: email}]}
    """

  @Test(arguments: [
    ("{crash: pay, after: work}", "pay crashes"),
    ("{pause: pay, before: work, for: 2s}", "pay stops without dying"),
    ("{down: pay, for: 2s}", "pay refuses all work"),
    ("{slow: pay, by: 2s, for: 5s}", "pay becomes slow: everything reaches it 2s later"),
    ("{skew: pay, at: 1ms, by: 5s, for: 3s}", "pay has its clock jump ahead by 5s"),
    ("{poison: pay/charge}", "pay can never get past charge with this trigger"),
    ("{partition: [shop, pay], for: 5s}", "network loses everything from shop to pay"),
    ("{drop: shop -> pay}", "network drops the request from shop to pay"),
    ("{duplicate: shop -> pay}", "network lets this message through a second time"),
    ("{delay: orders -> mailer, by: 46s}", "network delays the delivery from orders/front to mailer by 46s"),
    ("{delay: pay -> shop, by: 3s}", "network delays the answer from pay to shop by 3s"),
    (
      "{reorder: orders -> mailer}",
      "network holds the delivery from orders/front to mailer back, to be overtaken by the next"
    ),
    ("{duplicate: orders}", "orders/front will store record 1 twice"),
  ])
  func `every fault has its line`(fault: String, line: String) throws {
    let (loaded, _) = try graph(Self.design)
    for logs in LogChoice.allCases {
      guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: [fault], as: "fault") else {
        Issue.record("\(fault) is no fault")
        return
      }
      let story = try #require(Lab.run(loaded, plan, RunOptions(logs: logs)).scenarios.first).story
      let lines = story.filter { $0.kind == .fault }.map { "\($0.actor) \($0.text)" }
      #expect(lines.contains(line), "\(logs): \(lines)")
      #expect(zip(story, story.dropFirst()).allSatisfy { $0.step <= $1.step && $0.time <= $1.time })
      #expect(story.enumerated().allSatisfy { position, event in event.cause.map { $0 < position } ?? true })
    }
  }

  @Test func `what a fault ends is told too`() throws {
    let (loaded, _) = try graph(Self.design)
    let faults = ["{slow: pay, by: 2s, for: 1s}", "{skew: shop, at: 1ms, by: 5s, for: 1s}"]
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else { return }
    let story = try #require(Lab.run(loaded, plan, RunOptions()).scenarios.first).story
    let lines = story.filter { $0.kind == .recovery }.map { "\($0.actor) \($0.text)" }
    #expect(lines.contains("pay is as fast as before"))
    #expect(lines.contains("shop has its clock jump back by 5s"))
  }
}
