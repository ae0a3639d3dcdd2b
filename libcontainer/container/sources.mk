# SPDX-License-Identifier: Apache-2.0
# Files of libcontainer/container; rewritten by ./dev sources.
container_sources = \
	libcontainer/container/adapt.c \
	libcontainer/container/adapt.h \
	libcontainer/container/adapt_resources.c \
	libcontainer/container/become.c \
	libcontainer/container/become.h \
	libcontainer/container/create.c \
	libcontainer/container/creation.h \
	libcontainer/container/delete.c \
	libcontainer/container/directory.c \
	libcontainer/container/directory.h \
	libcontainer/container/enter.c \
	libcontainer/container/enter.h \
	libcontainer/container/exec.c \
	libcontainer/container/exec_process.c \
	libcontainer/container/exec_process.h \
	libcontainer/container/features.c \
	libcontainer/container/filter.c \
	libcontainer/container/filter.h \
	libcontainer/container/filter_cache.c \
	libcontainer/container/filter_cache.h \
	libcontainer/container/foreground.c \
	libcontainer/container/foreground.h \
	libcontainer/container/hooks.c \
	libcontainer/container/hooks.h \
	libcontainer/container/info.c \
	libcontainer/container/init.c \
	libcontainer/container/init_rootfs.c \
	libcontainer/container/lifecycle.c \
	libcontainer/container/passwd.c \
	libcontainer/container/passwd.h \
	libcontainer/container/pid_file.c \
	libcontainer/container/pid_file.h \
	libcontainer/container/plan.c \
	libcontainer/container/plan.h \
	libcontainer/container/preflight.c \
	libcontainer/container/recipe.c \
	libcontainer/container/recipe.h \
	libcontainer/container/start.c \
	libcontainer/container/status.c \
	libcontainer/container/status.h \
	libcontainer/container/supervise.c \
	libcontainer/container/supervise.h \
	libcontainer/container/sync.c \
	libcontainer/container/sync.h
