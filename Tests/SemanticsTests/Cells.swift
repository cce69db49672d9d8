/// Every cell, each once, in the order of the tables.
enum Cells {
  static let all: [Cell] = {
    var names: Set<String> = []
    return (RpcCells.all + ReliableCells.all + QueueCells.all + TopicCells.all).filter {
      names.insert($0.testDescription).inserted
    }
  }()
}
