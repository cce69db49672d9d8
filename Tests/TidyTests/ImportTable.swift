/// Who may import whom: the arrows of the house. `Package.swift`, every import line and the table in
/// `docs/architecture.md` agree with it.
struct ImportRow: Sendable {
  let layer: Int
  let target: String
  /// Targets of ours, each of a lower layer.
  let imports: [String]
  /// Modules that are not ours.
  var outside: [String] = []
}

enum ImportTable {
  static let rows: [ImportRow] = [
    ImportRow(layer: 0, target: "Primitives", imports: []),
    ImportRow(layer: 1, target: "ProgressGraph", imports: ["Primitives"]),
    ImportRow(layer: 1, target: "MachineContract", imports: ["Primitives"]),
    ImportRow(layer: 1, target: "Quorums", imports: ["Primitives"]),
    ImportRow(layer: 1, target: "Screen", imports: []),
    ImportRow(layer: 2, target: "LogContract", imports: ["MachineContract", "Primitives"]),
    ImportRow(layer: 2, target: "GraphFile", imports: ["ProgressGraph", "Primitives"], outside: ["Yams"]),
    ImportRow(
      layer: 3, target: "RaftLog", imports: ["MachineContract", "LogContract", "Quorums", "Primitives"]),
    ImportRow(layer: 3, target: "IdealLog", imports: ["MachineContract", "LogContract", "Primitives"]),
    ImportRow(
      layer: 3, target: "GraphNodes", imports: ["MachineContract", "LogContract", "ProgressGraph", "Primitives"]),
    ImportRow(layer: 3, target: "ClusterModel", imports: ["MachineContract", "Primitives"]),
    ImportRow(
      layer: 4, target: "Simulation", imports: ["ClusterModel", "MachineContract", "ProgressGraph", "Primitives"]),
    ImportRow(
      layer: 4, target: "Properties", imports: ["ClusterModel", "MachineContract", "ProgressGraph", "Primitives"]),
    ImportRow(layer: 4, target: "Exploration", imports: ["ClusterModel", "MachineContract", "Primitives"]),
    ImportRow(layer: 4, target: "GraphDrawing", imports: ["ProgressGraph", "Screen", "Primitives"]),
    ImportRow(
      layer: 5, target: "LabWorld",
      imports: [
        "ProgressGraph", "GraphNodes", "RaftLog", "IdealLog", "ClusterModel", "MachineContract", "LogContract",
        "Primitives",
      ]),
    ImportRow(
      layer: 6, target: "LabEngine",
      imports: [
        "LabWorld", "Simulation", "Exploration", "Properties", "GraphFile", "GraphNodes", "RaftLog", "LogContract",
        "ProgressGraph", "ClusterModel", "MachineContract", "Primitives",
      ]),
    ImportRow(layer: 7, target: "Reporting", imports: ["LabEngine", "ProgressGraph", "Primitives"]),
    ImportRow(layer: 7, target: "CNcurses", imports: []),
    ImportRow(
      layer: 8, target: "LabUI", imports: ["LabEngine", "GraphDrawing", "Screen", "ProgressGraph", "Primitives"]),
    ImportRow(layer: 8, target: "Curses", imports: ["Screen", "CNcurses"]),
    ImportRow(
      layer: 9, target: "headway",
      imports: ["LabEngine", "Reporting", "LabUI", "Curses", "Screen", "ProgressGraph", "Primitives"],
      outside: ["ArgumentParser"]),
  ]

  /// Parts of the platform, which no manifest declares, and who may import them.
  static let platform: [String: [String]] = [
    "headway": ["Foundation", "Glibc", "Synchronization"], "Curses": ["Glibc"],
  ]

  static func row(of target: String) -> ImportRow? { rows.first { $0.target == target } }
}
