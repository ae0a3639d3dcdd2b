/* SPDX-License-Identifier: Apache-2.0 */
/* What --help and --version print, made from the tables. */
#ifndef SRC_HELP_H
#define SRC_HELP_H

#include "commands.h"

void help_print_program(void);
void help_print_command(const struct command *command);
void help_print_version(void);

#endif
