// Wide-character ncurses for Swift, and the one thing Swift cannot do: put the terminal back inside a signal handler.
// Macros and C globals do not import, so each one in use has an inline function here.
#ifndef HEADWAY_CNCURSES_SHIM_H
#define HEADWAY_CNCURSES_SHIM_H
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include <fcntl.h>
#include <langinfo.h>
#include <ncurses.h>
#include <signal.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

// What a restore needs: written before the handlers are installed, then only read. A pipe is [read end, write end].
struct lab_state {
  struct termios saved;
  char restore[256], signal_stack[65536];
  int terminal, streams[2], messages[2], wake[2];
  volatile sig_atomic_t stop_asked, resumed, guarded;
};
// Inside a function: Swift does not emit a header's variables. One copy per Swift file, so for Terminal.swift only.
static inline struct lab_state *lab(void) { static struct lab_state state; return &state; }

// Async-signal-safe: only write, tcsetattr, dup2 and read. Safe to call twice.
static inline void lab_put_back(void) {
  if (!lab()->guarded) return;
  lab()->guarded = 0;
  (void)!write(lab()->terminal, lab()->restore, strlen(lab()->restore));
  tcsetattr(lab()->terminal, TCSANOW, &lab()->saved);
  for (int stream = 0; stream < 2; stream++) dup2(lab()->streams[stream], stream + 1);
  // What was printed meanwhile, a trap's message above all, comes out where it does no harm.
  char buffer[512];
  for (ssize_t count; (count = read(lab()->messages[0], buffer, sizeof buffer)) > 0;) (void)!write(2, buffer, count);
}

static inline void lab_on_fatal(int number) {
  lab_put_back();
  // An interrupt and a termination are exits with a code by contract; everything else dies of its signal.
  if (number == SIGINT || number == SIGTERM) _exit(128 + number);
  signal(number, SIG_DFL);
  raise(number);
}

static inline void lab_on_job_control(int number) {
  if (number == SIGTSTP) lab()->stop_asked = 1; else lab()->resumed = 1;
  (void)!write(lab()->wake[1], "", 1);
}

static inline void lab_handle(int number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sigaction(number, &action, NULL);
}

// Opens the screen under this terminal name, on a private copy of the descriptor; NULL if the name is unknown.
static inline SCREEN *lab_open(const char *name) {
  if (lab()->terminal == 0) lab()->terminal = fcntl(1, F_DUPFD_CLOEXEC, 10);
  if (tcgetattr(lab()->terminal, &lab()->saved) != 0) return NULL;
  FILE *out = fdopen(fcntl(lab()->terminal, F_DUPFD_CLOEXEC, 10), "w");
  return out == NULL ? NULL : newterm(name, out, stdin);
}

// After newterm: composes the restore text from terminfo, takes standard output and error off the screen, and installs
// the handlers. Terminfo has no name for turning the mouse off, and not every entry can leave the second screen.
static inline void lab_guard(void) {
  const char *known[] = {tigetstr("sgr0"), tigetstr("rmkx"), tigetstr("cnorm"), tigetstr("rmcup")};
  strcpy(lab()->restore, "\033[?1003l\033[?1002l\033[?1006l\033[?1000l");
  for (int at = 0; at < 4; at++) {
    const char *text = known[at] == (const char *)-1 ? NULL : known[at];
    if (text == NULL && at == 3) text = "\033[999;1H\r\n";
    if (text != NULL) strncat(lab()->restore, text, sizeof lab()->restore - 1 - strlen(lab()->restore));
  }
  int failed = pipe(lab()->messages) | pipe(lab()->wake);
  for (int end = 0; end < 2 && !failed; end++) {
    fcntl(lab()->messages[end], F_SETFL, O_NONBLOCK);
    fcntl(lab()->wake[end], F_SETFL, O_NONBLOCK);
    lab()->streams[end] = fcntl(end + 1, F_DUPFD_CLOEXEC, 10);
    dup2(lab()->messages[1], end + 1);
  }
  sigaltstack(&(stack_t){.ss_sp = lab()->signal_stack, .ss_size = sizeof lab()->signal_stack}, NULL);
  lab()->guarded = 1;
  const int fatal[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
  for (int at = 0; at < 10; at++) lab_handle(fatal[at], lab_on_fatal);
  lab_handle(SIGTSTP, lab_on_job_control);
  lab_handle(SIGCONT, lab_on_job_control);
}

// Stops this process as its shell expects; returns when it goes on.
static inline void lab_stop(void) {
  lab()->stop_asked = 0;
  tcsetattr(lab()->terminal, TCSANOW, &lab()->saved);
  signal(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  lab_handle(SIGTSTP, lab_on_job_control);
}

static inline int lab_wake_descriptor(void) { return lab()->wake[0]; }
static inline bool lab_is_stop_asked(void) { return lab()->stop_asked; }
static inline bool lab_take_resumed(void) { bool was = lab()->resumed; lab()->resumed = 0; return was; }
static inline bool lab_is_unicode(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }
static inline WINDOW *lab_screen(void) { return stdscr; }
static inline void lab_read_keys(void) {
  cbreak(); noecho(); nonl(); curs_set(0); keypad(stdscr, TRUE); meta(stdscr, TRUE); nodelay(stdscr, TRUE);
}
static inline int lab_colour_count(void) { return COLORS; }
static inline void lab_redraw_all(void) { clearok(curscr, TRUE); }
static inline attr_t lab_attributes(bool bold, bool dim, bool reversed, bool underlined) {
  return (bold ? A_BOLD : 0) | (dim ? A_DIM : 0) | (reversed ? A_REVERSE : 0) | (underlined ? A_UNDERLINE : 0);
}
// The buttons in use, as bits of the mask: 1 and 3 are left and right, 4 and 5 the wheel.
static inline mmask_t lab_button(int number) { return NCURSES_MOUSE_MASK(number, NCURSES_BUTTON_PRESSED); }
#endif
