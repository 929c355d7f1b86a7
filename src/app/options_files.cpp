// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

namespace longwave::app {
namespace {

constexpr double most_mb = 1 << 30;

const Option table[] = {
    {.name = "upload-folder",
     .member = &Config::upload_folder,
     .value = "DIR",
     .help =
         "Where files that people send are put; without it the first music folder. One that lies in no music "
         "folder becomes one"},
    {.name = "upload-max",
     .member = &Config::upload_max_mb,
     .value = "MB",
     .help = "The largest file that may be sent",
     .least = 1,
     .most = most_mb},
    {.name = "upload-quota",
     .member = &Config::upload_quota_mb,
     .value = "MB",
     .help = "What one person, or one address without login, may send within 24 hours",
     .least = 0,
     .most = most_mb},
    {.name = "package-hours",
     .member = &Config::package_hours,
     .value = "HOURS",
     .help = "How long a package of music can be fetched",
     .least = 1,
     .most = 8760},
    {.name = "packages",
     .member = &Config::packages_mb,
     .value = "MB",
     .help = "Disk space for packages of music; beyond it none is made",
     .least = 1,
     .most = most_mb},
    {.name = "rescan",
     .member = &Config::rescan_s,
     .value = "SECONDS",
     .help =
         "Folders that can't be watched for changes (network mounts, more than the system allows) are looked "
         "through after so long, again and again; 0 is never",
     .least = 0,
     .most = 604'800},
    {.name = "art-cache",
     .member = &Config::art_cache_mb,
     .value = "MB",
     .help = "Disk space for scaled pictures; the least recently made go first",
     .least = 1,
     .most = most_mb},
};

}  // namespace

std::span<const Option> file_options() {
  return table;
}

}  // namespace longwave::app
