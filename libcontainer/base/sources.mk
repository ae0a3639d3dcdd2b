# SPDX-License-Identifier: Apache-2.0
# Files of libcontainer/base; rewritten by ./dev sources.
base_sources = \
	libcontainer/base/arena.c \
	libcontainer/base/arena.h \
	libcontainer/base/cleanup.c \
	libcontainer/base/cleanup.h \
	libcontainer/base/error.c \
	libcontainer/base/error.h \
	libcontainer/base/fatal.c \
	libcontainer/base/fatal.h \
	libcontainer/base/io.c \
	libcontainer/base/io.h \
	libcontainer/base/log.c \
	libcontainer/base/log.h \
	libcontainer/base/path.c \
	libcontainer/base/path.h \
	libcontainer/base/printable.c \
	libcontainer/base/printable.h \
	libcontainer/base/text.c \
	libcontainer/base/text.h
