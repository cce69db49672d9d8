import ArgumentParser

/// The scripts that shells complete our commands with.
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract: "Print a script that completes commands and options in your shell.",
    discussion: """
      EXAMPLES:
        headway completions bash > ~/.local/share/bash-completion/completions/headway
        headway completions zsh > ~/.zfunc/_headway
        headway completions fish > ~/.config/fish/completions/headway.fish
      """)

  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash, zsh, fish
  }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() throws {
    let script =
      switch shell {
      case .bash: Headway.completionScript(for: .bash)
      case .zsh: Headway.completionScript(for: .zsh)
      case .fish: Headway.completionScript(for: .fish)
      }
    try Delivery(to: nil, colour: .never).deliver(Array((script + "\n").utf8))
  }
}
