import Glibc

/// The files that the GRAPH arguments of a command name, in the order in which they are checked.
enum GraphPaths {
  /// Where one argument led to: files, or the reason why there are none.
  enum Resolved: Equatable {
    case file(path: String)
    case failure(path: String, message: String)

    var path: String {
      switch self {
      case .file(let path), .failure(let path, _): path
      }
    }
  }

  /// Reads the names in one folder; a parameter of the walk, so that a test can have a folder that even the
  /// administrator cannot read.
  typealias Listing = (String) throws(InputFile.Failure) -> [String]

  /// Folders become every `*.yaml` below them, in path order. A file that is named twice is taken once. What cannot be
  /// looked into is a failure at its place: a design that nobody saw must not count as one that passed.
  static func resolve(_ arguments: [String], listing: Listing = entries) -> [Resolved] {
    var seen: Set<String> = []
    var result: [Resolved] = []
    for argument in arguments {
      guard isFolder(argument) else {
        if seen.insert(argument).inserted { result.append(.file(path: argument)) }
        continue
      }
      let found = below(argument, listing)
      if found.isEmpty {
        result.append(.failure(path: argument, message: "there is no *.yaml file below this folder"))
      }
      for resolved in found where seen.insert(resolved.path).inserted { result.append(resolved) }
    }
    return result
  }

  /// Relative to the current folder where it lies below it, otherwise the last component: reports hold no absolute
  /// path.
  static func shown(_ path: String) -> String {
    guard let folder = currentFolder() else { return lastComponent(of: path) }
    let absolute = normalized(path.hasPrefix("/") ? path : "\(folder)/\(path)")
    let base = normalized(folder)
    if absolute.count > base.count, absolute.starts(with: base) {
      return absolute.dropFirst(base.count).joined(separator: "/")
    }
    return lastComponent(of: path)
  }

  /// `a/b.yaml` → `b`.
  static func stem(of path: String) -> String {
    let name = lastComponent(of: path)
    return name.hasSuffix(".yaml") && name.utf8.count > 5 ? String(name.dropLast(5)) : name
  }

  /// The file that was probably meant by a path that leads nowhere; nil for one that leads to something unusable.
  static func meant(by path: String) -> String? {
    var status = stat()
    // `lstat`: a link that leads round in a circle is there, and its own name is no better.
    guard path.count > 1, lstat(path, &status) != 0 else { return nil }
    return Suggestion.nearest(to: path, among: siblings(of: path))
  }

  /// Names in a folder that could be meant by a path that leads nowhere.
  static func siblings(of path: String) -> [String] {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let prefix = parts.count > 1 ? folder + "/" : ""
    // A folder that cannot be read suggests nothing.
    let names = (try? entries(of: parts.count > 1 ? (folder.isEmpty ? "/" : folder) : ".")) ?? []
    return names.filter { !$0.hasPrefix(".") }.map { prefix + $0 }
  }

  /// The last component.
  static func name(of path: String) -> String { lastComponent(of: path) }

  /// Everything up to the last slash, with it; nothing for a bare name.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  /// The files of one folder whose names end so, in the order of their names. None where there is no such folder.
  static func files(in folder: String, ending: String) -> [String] {
    let names = (try? entries(of: folder)) ?? []
    return names.filter { !$0.hasPrefix(".") && $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }
      .filter { !isFolder($0) }
  }

  // MARK: Folders

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func below(_ folder: String, _ listing: Listing) -> [Resolved] {
    var found: [Resolved] = []
    var folders = [folder.hasSuffix("/") ? String(folder.dropLast()) : folder]
    while let folder = folders.popLast() {
      do throws(InputFile.Failure) {
        for entry in try listing(folder.isEmpty ? "/" : folder) where !entry.hasPrefix(".") {
          let path = "\(folder)/\(entry)"
          if try isFolderItself(path) {
            if entry != Regressions.folder { folders.append(path) }
          } else if entry.hasSuffix(".yaml"), !isFolder(path) {
            found.append(.file(path: path))
          }
        }
      } catch {
        found.append(.failure(path: folder, message: error.message))
      }
    }
    return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// False for a link to a folder: it could lead back up, and the walk would never end.
  private static func isFolderItself(_ path: String) throws(InputFile.Failure) -> Bool {
    var status = stat()
    if lstat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
    // Gone since it was listed: then it is not there.
    if errno == ENOENT { return false }
    throw InputFile.Failure(message: InputFile.reason(errno))
  }

  /// Names in a folder, sorted by their bytes.
  static func entries(of folder: String) throws(InputFile.Failure) -> [String] {
    guard let stream = opendir(folder) else { throw InputFile.Failure(message: InputFile.reason(errno)) }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    // The end of a folder and a failure look the same but for this.
    guard errno == 0 else { throw InputFile.Failure(message: InputFile.reason(errno)) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  // MARK: Paths

  private static func currentFolder() -> String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  private static func lastComponent(of path: String) -> String {
    normalized(path).last.map(String.init) ?? path
  }

  /// The components without `.`, `..` and empty ones.
  private static func normalized(_ path: String) -> [Substring] {
    var components: [Substring] = []
    for component in path.split(separator: "/") {
      switch component {
      case ".": continue
      case "..": _ = components.popLast()
      default: components.append(component)
      }
    }
    return components
  }
}
