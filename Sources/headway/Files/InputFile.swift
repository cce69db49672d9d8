import Glibc

/// Reads files that somebody else wrote: a limit on their size, and nothing that could block.
enum InputFile {
  struct Failure: Error, Equatable {
    /// Without the path: `no such file`.
    var message: String
  }

  /// At most `limit + 1` bytes: one more than allowed tells that the file is too large without reading all of it.
  static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    // O_NONBLOCK: opening a FIFO without a writer would wait for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(message: reason(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure(message: reason(errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw Failure(message: "it is a folder")
    default: throw Failure(message: "it is not a regular file")
    }
    return try contents(of: descriptor, size: Int(status.st_size), limit: limit)
  }

  private static func contents(of descriptor: Int32, size: Int, limit: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(size, limit) + 1)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let wanted = min(chunk.count, limit + 1 - bytes.count)
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, wanted) }
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(message: reason(errno))
      }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }

  /// The system's words for an error, in the case of the rest of our messages.
  static func reason(_ number: Int32) -> String {
    let words = strerror(number).map { String(cString: $0) } ?? "error \(number)"
    return words.prefix(1).lowercased() + words.dropFirst()
  }
}
