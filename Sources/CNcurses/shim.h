// Wide-character ncurses for Swift. The two defines must stand before the include.
#ifndef HEADWAY_CNCURSES_SHIM_H
#define HEADWAY_CNCURSES_SHIM_H
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#endif
