/// The kinds of mistakes a graph file can have. A code keeps its meaning for ever and is never used again.
public enum DiagnosticCode: String, CaseIterable, Sendable {
  /// The file cannot be opened or read; raised by whoever reads files.
  case unreadableFile = "HW001"
  /// The text is not YAML.
  case malformedYaml = "HW002"
  /// The bytes are not UTF-8.
  case notUtf8 = "HW003"
  /// A control character, or an invisible character that reorders or hides text.
  case controlCharacter = "HW004"
  /// The file is larger than 4 MiB, or holds more values than a design can use.
  case tooLarge = "HW005"
  /// The file holds no document.
  case emptyFile = "HW006"
  /// The file holds more than one document.
  case severalDocuments = "HW007"
  /// Collections are nested too deeply.
  case tooDeep = "HW008"
  /// Aliases stand for too many values.
  case aliasBomb = "HW009"
  /// An alias without an anchor before it.
  case unknownAlias = "HW010"
  /// The merge key `<<`.
  case mergeKey = "HW011"
  /// A key that its table does not have.
  case unknownKey = "HW012"
  /// A tag outside the core schema.
  case foreignTag = "HW013"
  /// A key or a name that stands twice where it may stand once.
  case duplicateName = "HW014"
  /// A required key is missing.
  case missingKey = "HW015"
  /// A value of the wrong type.
  case wrongType = "HW016"
  /// A word that is not one of the allowed ones.
  case unknownWord = "HW017"
  /// A duration without a unit.
  case missingUnit = "HW018"
  /// A value of the right type that cannot be read.
  case malformedValue = "HW019"
  /// A number, a length or a count outside its bounds.
  case outOfRange = "HW020"
  /// A name that other parts of the file could not refer to.
  case malformedName = "HW021"
  /// A node that the file does not have.
  case unknownNode = "HW022"
  /// A channel that the file does not have.
  case unknownChannel = "HW023"
  /// A log that `logs` does not have.
  case unknownLog = "HW024"
  /// A handler that the called node does not have.
  case unknownHandler = "HW025"
  /// A step that the graph does not have.
  case unknownStep = "HW026"
  /// A step name that stands for several steps.
  case ambiguousStep = "HW027"
  /// An effect, event or channel that no step produces, named by an expectation or a waiver.
  case unknownName = "HW028"
  /// A step without a verb, or a fault without a kind.
  case missingVerb = "HW029"
  /// A step with two verbs, or a fault of two kinds.
  case severalVerbs = "HW030"
  /// A key that exists, but not for this kind of thing.
  case misplacedKey = "HW031"
  /// Two keys that exclude each other, or a key without the one it needs.
  case conflictingKeys = "HW032"
  /// A channel used as a kind that it is not.
  case wrongChannelKind = "HW033"
  /// A fault without a point, or with two.
  case faultPoint = "HW034"
  /// An anomaly code or a rule that does not exist.
  case unknownCode = "HW035"
  /// More nodes, channels, handlers, steps or names than an identifier can count.
  case tooMany = "HW036"
  /// A format version that this program does not read.
  case unknownVersion = "HW037"
  /// A replica that the log does not have, or a log that is not there.
  case unknownReplica = "HW038"
  /// More mistakes than are shown.
  case furtherMistakes = "HW039"
  /// A stream job that something else than a topic starts.
  case streamTrigger = "HW040"
  /// A stream job with a journal beside its checkpoints.
  case journalledStream = "HW041"
  /// A table as a trigger.
  case tableTrigger = "HW042"

  /// A node that nothing triggers (warning).
  case untriggeredNode = "HW050"
  /// A file without expectations and scenarios (warning).
  case nothingExpected = "HW051"
  /// A `wait` that nobody completes (warning).
  case unansweredWait = "HW052"
  /// A `signal` that nobody waits for (warning).
  case unheardSignal = "HW053"
}
