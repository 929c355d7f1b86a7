// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/uploads.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

/// Files that strangers sent are first decoded in a process of their own, that can do nothing but read one
/// file and say one line, and has little memory and time for it.
namespace longwave::library {

struct InspectorOptions {
  std::filesystem::path program = "/proc/self/exe";
  std::vector<std::string> arguments = {"dev", "inspect"};  ///< the kind follows: "music" or "picture"
  std::chrono::seconds time{60};
};

/// Runs the program with the file as its standard input, an empty environment and nothing else inherited,
/// and kills it when its time is over. Blocks. broken or unsupported with what it said; broken when it died
/// (killed, out of memory, out of time); unavailable when it can't be started.
Result<std::string> inspect_apart(const std::filesystem::path& file, UploadKind kind,
                                  const InspectorOptions& options = {});

/// The other end, in that process: limits itself (CPU time, memory, no files to write, no descriptors, no
/// children, no core), reads standard input, writes "ok TYPE" or "no REASON", and gives the exit code.
int inspect_here(UploadKind kind);

/// What both do with a file, without a process: the sniffing and decoding itself.
Result<std::string> inspect(const std::filesystem::path& file, UploadKind kind);

}  // namespace longwave::library
