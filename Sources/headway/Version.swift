import LabEngine

/// The program's version is that of its engine: they are never built apart.
let version = RunFile.engineVersion
