// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/store.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace longwave::store {

/// A PostgreSQL of the test's own (tests/postgres), on a Unix socket in a folder of its own; it ends with the
/// test.
class RealPostgresql {
 public:
  RealPostgresql() {
    std::string pattern = std::filesystem::temp_directory_path() / "longwave-postgresql-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    // When root runs the test, the user postgres must reach it through the runner's own temporary folder.
    const auto above = std::filesystem::path(folder_).parent_path();
    if (above.filename().string().starts_with("longwave-")) ::chmod(above.c_str(), 0755);
    start();
  }
  ~RealPostgresql() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  RealPostgresql(const RealPostgresql&) = delete;
  RealPostgresql& operator=(const RealPostgresql&) = delete;

  /// Of an empty schema; the next call gives another.
  std::string fresh() {
    const std::string schema = "t" + std::to_string(++schemas_);
    psql("CREATE SCHEMA " + schema);
    return address() + "&options=-csearch_path%3D" + schema;
  }
  std::string address() const { return "postgresql://longwave@/postgres?host=" + folder_; }

  /// What psql prints: somebody else's client.
  std::string psql(const std::string& sql) const {
    const std::string command = "psql -qtA '" + address() + "' -c \"" + sql + "\" 2>&1";
    FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe) throw std::runtime_error("psql can't be started");
    std::string said;
    std::array<char, 4096> part;
    while (const auto size = std::fread(part.data(), 1, part.size(), pipe)) said.append(part.data(), size);
    ::pclose(pipe);
    return said;
  }

  void stop() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGQUIT);  // at once, as kill -9 of all its processes would
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  /// And waits until it answers.
  void start() {
    const std::string script = source() / "tests/postgres";
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
      ::execl(script.c_str(), script.c_str(), folder_.c_str(), nullptr);
      std::_Exit(127);
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{120};
    while (psql("SELECT 1") != "1\n") {
      if (std::chrono::steady_clock::now() > end || ::waitpid(pid_, nullptr, WNOHANG) != 0)
        throw std::runtime_error("PostgreSQL doesn't answer: " + psql("SELECT 1"));
    }
  }

 private:
  static std::filesystem::path source() {
    auto folder = std::filesystem::canonical("/proc/self/exe").parent_path();
    while (!std::filesystem::exists(folder / "tests/postgres")) folder = folder.parent_path();
    return folder;
  }

  std::string folder_;
  int pid_ = -1;
  int schemas_ = 0;
};

/// The one of this process: started by who asks first.
inline RealPostgresql& postgresql() {
  static RealPostgresql server;
  return server;
}

}  // namespace longwave::store
