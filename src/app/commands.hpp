// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"
#include "app/upgrade.hpp"

#include <string>

/// What `longwave COMMAND` does. Each prints for a person and returns the exit code: 0, 1 when it could not
/// be done, 2 when the command itself is wrong.
namespace longwave::app {

/// Returns when it is stopped; asked for an upgrade, it doesn't return: the process becomes the next program.
int serve(const Config& config, const Invocation& invocation);
/// Looks through the music folders without serving; the store then knows them when a server starts.
int scan(const Config& config);
/// The password is asked for on the terminal, or read as the first line of standard input.
int user_add(const Config& config, const std::string& user, const std::string& role);
int user_passwd(const Config& config, const std::string& user);
/// Writes the documents that are made from the program, or (with `check`) says which of them are stale.
int make_docs(const std::string& root, bool check);

}  // namespace longwave::app
