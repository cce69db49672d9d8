import Glibc

/// A file that appears whole or not at all: written beside its place and moved there when it is complete.
///
/// What exists already and is no regular file, such as `/dev/stdout` or a FIFO, is written to directly: moving
/// something over it would destroy it.
struct OutputFile {
  struct Failure: Error, Equatable {
    /// With the path: `cannot write 'x/report.json': no such file or directory`.
    var message: String
  }

  private let path: String
  /// The mode of the file that it replaces; nil where there is none.
  private let mode: mode_t?
  private let isDirect: Bool

  /// Looks whether it can be written at all, so that a wrong path is found before the work and not after it.
  init(_ path: String) throws(Failure) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw Failure(message: "cannot write '\(path)': it is a folder")
    }
    isDirect = exists && status.st_mode & S_IFMT != S_IFREG
    mode = exists && !isDirect ? status.st_mode & 0o7777 : nil
    // Through a link to its target: a rename would replace the link.
    self.path = mode == nil ? path : Self.resolved(path)
    let folder = self.path.lastIndex(of: "/").map { String(self.path[...$0]) } ?? "."
    guard isDirect || access(folder, W_OK | X_OK) == 0, !exists || access(path, W_OK) == 0, !path.isEmpty else {
      throw Self.failure(path)
    }
  }

  /// Writes everything and puts the file in its place.
  func write(_ bytes: [UInt8]) throws(Failure) {
    if isDirect {
      try Self.fill(open(path, O_WRONLY | O_CLOEXEC), bytes, path)
      return
    }
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    // In the same folder: a rename works only within one file system.
    let draft = "\(path[..<cut]).\(path[cut...]).headway-\(getpid())"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor >= 0, let mode { fchmod(descriptor, mode) }
    do throws(Failure) {
      try Self.fill(descriptor, bytes, path)
      guard rename(draft, path) == 0 else { throw Self.failure(path) }
    } catch {
      unlink(draft)
      throw error
    }
  }

  /// Creates a folder and those above it.
  static func makeFolder(_ path: String) throws(Failure) {
    var made = path.hasPrefix("/") ? "/" : ""
    for component in path.split(separator: "/") {
      made += component
      if mkdir(made, 0o777) != 0, errno != EEXIST {
        throw Failure(message: "cannot make the folder '\(path)': \(InputFile.reason(errno))")
      }
      made += "/"
    }
    guard GraphPaths.isFolder(path), access(path, W_OK | X_OK) == 0 else {
      throw Failure(message: "cannot make the folder '\(path)': \(InputFile.reason(errno))")
    }
  }

  // MARK: Private

  /// Writes to an open descriptor, through to the disk, and closes it.
  private static func fill(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(Failure) {
    guard descriptor >= 0 else { throw failure(path) }
    let isWritten = Console.write(bytes, to: descriptor)
    // EINVAL and EROFS: what is no disk file cannot be synced, and need not be.
    let isSynced = isWritten && (fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS)
    let number = errno
    close(descriptor)
    guard isSynced else {
      errno = number
      throw failure(path)
    }
  }

  private static func failure(_ path: String) -> Failure {
    Failure(message: "cannot write '\(path)': \(InputFile.reason(errno))")
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
