// swift-tools-version: 6.2
import PackageDescription

/// The settings of the house, cross-module optimization first: `run` refuses to measure where it is missing.
let house: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
  .unsafeFlags(["-Xfrontend", "-disable-type-layout"], .when(configuration: .release)),
]

let package = Package(
  name: "headway-benchmarks",
  dependencies: [
    .package(name: "headway", path: ".."),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        .product(name: "HeadwayKernel", package: "headway"), .product(name: "Yams", package: "Yams"),
      ], swiftSettings: house),
    // The peer of a start: a program that prints and does nothing else.
    .executableTarget(name: "Bare", swiftSettings: house),
  ],
  swiftLanguageModes: [.v6]
)
