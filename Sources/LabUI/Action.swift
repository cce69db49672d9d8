/// Everything a person can ask for by a key. Each has a binding in the key map, and the palette finds each by name.
public enum Action: Hashable, CaseIterable, Sendable {
  // Time
  case playPause, stepForward, stepBack, nextNotable, previousNotable, nextChange, previousChange
  case firstStep, tip, goToStep, faster, slower
  // Faults and branches
  case faultMenu, scenarioMenu, branchMenu, undo, redo
  // Looking
  case up, down, left, right, pageUp, pageDown, open, nextPlace
  case panLeft, panDown, panUp, panRight, zoomIn, zoomOut, zoomFit
  case listView, dimOthers, enlargePane, explain
  case find, findNext, findPrevious
  case nextPane, previousPane, focusGraph, focusInspector, focusTime, focusEvents, focusProperties, focusProgress
  // The program
  case palette, help, mouse, redraw, suspend, close, quitNow, quitKeepingScreen
}
