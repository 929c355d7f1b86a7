// SPDX-License-Identifier: Apache-2.0
#include "app/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace longwave::app {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

api::ProcessFigures process_figures() {
  api::ProcessFigures figures;
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0) figures.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
  std::ifstream pages("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (pages >> all >> resident)
    figures.memory_bytes = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return figures;
}

}  // namespace longwave::app
