// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with. Cross-module optimization is what lets the generic kernel be
/// specialised for the closed machine enum: without it the kernel is tens of times slower in release builds. Without
/// lowering by type layout, copies of its enums are compiled for their type instead of asking a description of it.
let house: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
  .unsafeFlags(["-Xfrontend", "-disable-type-layout"], .when(configuration: .release)),
]

func house(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: readme(name), swiftSettings: house)
}

/// - Parameter exclude: folders that tests read by their path in the source tree, as goldens that can be rewritten.
func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

/// Targets that carry a README of their own.
func readme(_ name: String) -> [String] {
  ["RaftLog"].contains(name) ? ["README.md"] : []
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "headway",
  products: [
    .executable(name: "headway", targets: ["headway"]),
    // For `Benchmarks`, a package of its own, so that nobody builds it who does not run it.
    .library(name: "HeadwayKernel", targets: ["LabEngine", "GraphFile", "Simulation", "Exploration", "LabWorld"]),
  ],
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    // Layer 0
    house("Primitives"),
    // Layer 1
    house("ProgressGraph", ["Primitives"]),
    house("MachineContract", ["Primitives"]),
    house("Quorums", ["Primitives"]),
    house("Screen"),
    // Layer 2
    house("LogContract", ["MachineContract", "Primitives"]),
    house("GraphFile", ["ProgressGraph", "Primitives", yams]),
    // Layer 3
    house("RaftLog", ["MachineContract", "LogContract", "Quorums", "Primitives"]),
    house("IdealLog", ["MachineContract", "LogContract", "Primitives"]),
    house("GraphNodes", ["MachineContract", "LogContract", "ProgressGraph", "Primitives"]),
    house("ClusterModel", ["MachineContract", "Primitives"]),
    // Layer 4
    house("Simulation", ["ClusterModel", "MachineContract", "ProgressGraph", "Primitives"]),
    house("Properties", ["ClusterModel", "MachineContract", "ProgressGraph", "Primitives"]),
    house("Exploration", ["ClusterModel", "MachineContract", "Primitives"]),
    house("GraphDrawing", ["ProgressGraph", "Screen", "Primitives"]),
    // Layer 5
    house(
      "LabWorld",
      [
        "ProgressGraph", "GraphNodes", "RaftLog", "IdealLog", "ClusterModel", "MachineContract",
        "LogContract", "Primitives",
      ]),
    // Layer 6
    house(
      "LabEngine",
      [
        "LabWorld", "Simulation", "Exploration", "Properties", "GraphFile", "GraphNodes",
        "RaftLog", "LogContract", "ProgressGraph", "ClusterModel", "MachineContract", "Primitives",
      ]),
    // Layer 7
    house("Reporting", ["LabEngine", "ProgressGraph", "Primitives"]),
    // Layer 8
    house(
      "LabUI", ["LabEngine", "GraphDrawing", "Screen", "ProgressGraph", "Primitives"]),
    .systemLibrary(name: "CNcurses"),
    house("Curses", ["Screen", "CNcurses"]),
    // Layer 9
    .executableTarget(
      name: "headway",
      dependencies: [
        "LabEngine", "Reporting", "LabUI", "Curses", "ProgressGraph", "Screen", "Primitives", arguments,
      ], swiftSettings: house),

    // Tests
    .target(
      name: "LabTesting",
      dependencies: ["ClusterModel", "MachineContract", "Screen", "Primitives"],
      path: "Tests/LabTesting", swiftSettings: house),
    tests("PrimitivesTests", ["Primitives"]),
    tests("ProgressGraphTests", ["ProgressGraph", "GraphFile", "Primitives"]),
    tests("QuorumsTests", ["Quorums", "Primitives"]),
    tests("ScreenTests", ["Screen", "LabTesting"]),
    tests("GraphFileTests", ["GraphFile", "ProgressGraph", "Primitives"], exclude: ["Fixtures"]),
    tests(
      "RaftLogTests",
      [
        "RaftLog", "IdealLog", "LogContract", "ClusterModel", "MachineContract", "Properties", "Quorums",
        "LabTesting", "Primitives",
      ], exclude: ["Transcripts"]),
    tests("ClusterModelTests", ["ClusterModel", "MachineContract", "LabTesting", "Primitives"]),
    tests(
      "GraphNodesTests",
      [
        "GraphNodes", "LabWorld", "Simulation", "ClusterModel", "ProgressGraph", "GraphFile", "LogContract",
        "MachineContract", "Primitives",
      ]),
    tests(
      "SimulationTests",
      ["Simulation", "LabEngine", "ClusterModel", "MachineContract", "ProgressGraph", "Primitives"]),
    tests(
      "ExplorationTests",
      [
        "Exploration", "LabEngine", "LabWorld", "GraphNodes", "Simulation", "Properties", "ProgressGraph",
        "ClusterModel", "MachineContract", "Primitives",
      ]),
    tests("PropertiesTests", ["Properties", "MachineContract", "ProgressGraph", "GraphFile", "Primitives"]),
    tests(
      "GraphDrawingTests", ["GraphDrawing", "ProgressGraph", "GraphFile", "Screen", "LabTesting", "Primitives"],
      exclude: ["Goldens"]),
    tests(
      "SemanticsTests", ["LabEngine", "LabTesting", "ProgressGraph", "Properties", "Primitives"],
      exclude: ["AMBIGUITIES.md"]),
    tests(
      "LabEngineTests",
      [
        "LabEngine", "LabWorld", "Simulation", "Exploration", "Properties", "GraphNodes", "GraphFile", "ClusterModel",
        "LogContract",
        "IdealLog", "RaftLog", "MachineContract", "ProgressGraph", "Primitives",
      ]),
    tests("ReportingTests", ["Reporting", "LabEngine", "ProgressGraph", "Primitives"]),
    tests(
      "LabUITests", ["LabUI", "LabEngine", "ProgressGraph", "Screen", "LabTesting", "Primitives"],
      exclude: ["Goldens"]),
    tests("CommandTests", ["headway", "Primitives"]),
    tests("TidyTests"),
  ],
  swiftLanguageModes: [.v6]
)
