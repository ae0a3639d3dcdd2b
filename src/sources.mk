# SPDX-License-Identifier: Apache-2.0
# The command line, but for main.c; rewritten by ./dev sources.
command_sources = \
	src/bundle_operand.c \
	src/bundle_operand.h \
	src/clock_text.c \
	src/clock_text.h \
	src/clocks_output.c \
	src/clocks_output.h \
	src/cmd_check_kernel.c \
	src/cmd_checkpoint.c \
	src/cmd_clocks.c \
	src/cmd_create.c \
	src/cmd_exec.c \
	src/cmd_lifecycle.c \
	src/cmd_restore.c \
	src/cmd_spec.c \
	src/cmd_state.c \
	src/cmd_update.c \
	src/commands.c \
	src/commands.h \
	src/criu_options.c \
	src/criu_options.h \
	src/descriptors.c \
	src/descriptors.h \
	src/global.c \
	src/global.h \
	src/help.c \
	src/help.h \
	src/options.c \
	src/options.h \
	src/output.c \
	src/output.h
