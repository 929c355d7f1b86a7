// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config_channelstream.hpp"
#include "base/result.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace longwave::app {

/// Everything that can be configured, with its defaults. Filled once at start, read-only afterwards, handed
/// on as plain values: no room knows this type.
struct Config : ChannelstreamConfig {
  std::vector<std::string> music;
  std::string data = "longwave-data";
  std::vector<std::string> listen = {"127.0.0.1:8000"};
  std::vector<std::string> host;
  std::vector<std::string> origin;
  std::string tls_certificate;
  std::string tls_key;
  std::vector<std::string> trusted_proxy;
  std::string proxy_header = "x-forwarded";
  std::int64_t drain_s = 2;
  std::int64_t connections = 20'000;
  std::int64_t connections_per_address = 512;
  std::int64_t body_rate = 256;
  std::int64_t read_rate = 256;
  std::string station_name = "Longwave";
  std::string station_kind;
  std::string hold_track;
  double loudness_lufs = -16;
  double true_peak_dbtp = -1;
  double trim_silence_s = 2;
  std::int64_t track_separation_min = 180;
  std::int64_t artist_separation_min = 45;
  std::int64_t cache_mb = 4096;
  std::int64_t listeners = 5000;
  std::int64_t rate_calls = 100;
  std::int64_t rate_kb = 512;
  std::int64_t address_calls = 500;
  std::int64_t address_kb = 2048;
  std::int64_t address_connects = 50;
  std::int64_t net_threads = 0;
  std::int64_t media_threads = 0;
  std::int64_t scan_threads = 0;
  std::vector<std::string> channel;  ///< rules, as JSON
  std::string api_key;
  std::string token_secret;
  std::vector<std::string> token_keys;
  std::string token_issuer;
  std::string token_audience;
  std::string hook_url;
  std::string hook_secret;
  std::vector<std::string> hook_events;
  std::int64_t hook_timeout_s = 5;
  std::string upload_folder;
  std::int64_t upload_max_mb = 2048;
  std::int64_t upload_quota_mb = 20'480;
  std::int64_t package_hours = 24;
  std::int64_t packages_mb = 20'480;
  std::int64_t rescan_s = 300;
  std::int64_t art_cache_mb = 512;
  std::string log = "info";
  std::string mpd_listen;
  std::string player_client;
  std::string player_backend = "engine";
  std::string musicdb_listen;
  std::string musicdb_client;
  std::string musicdb_key;
  std::string database;
  std::string database_password;
  std::string redis;
  std::string redis_user;
  std::string redis_password;
  std::string redis_ca;
  std::string redis_prefix = "longwave:";
  std::string role = "all";
  std::string streamer_id;
  std::string streamer_address;
  std::string files;
  std::string files_from;
  std::string fleet_secret;
  std::string monitor_listen;
  std::string on_second_streamer = "exists";
  std::string streamer_loss = "keep";
  std::string webapp;
  std::string webapp_key;
  std::int64_t ping_every_s = 15;
  std::int64_t max_stations = 100;
  std::int64_t stations_per_user = 0;
};

/// An option is declared once, in options*.cpp; the TOML key, the LONGWAVE_ variable, the command-line flag,
/// --help and docs/config.md are made from it.
struct Option {
  using Member = std::variant<std::string Config::*, std::vector<std::string> Config::*, double Config::*,
                              std::int64_t Config::*, bool Config::*>;
  std::string_view name;  ///< as in TOML and, with --, on the command line
  Member member;
  std::string_view value;  ///< what the value is, for --help: DIR, HOST:PORT, LUFS
  std::string_view help;   ///< one sentence, with the unit
  double least = 0;        ///< for numbers
  double most = 0;
  bool secret = false;          ///< shown as ***; may also be given as NAME-file=PATH
  std::string_view alias = {};  ///< a second name, where an original has one
};

std::span<const Option> options();

/// Values as given by one source: option name -> its values (one, unless the option is a list).
using Given = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The three sources. A key that is no option is an error that names the closest one.
Result<Given> from_toml_file(const std::string& path);
/// LONGWAVE_NAME; for the dialect of channelstream also CHANNELSTREAM_KEY, as its original reads them.
Result<Given> from_environment();
/// An ini file of the original channelstream servers (PasteDeploy's form: sections, `key = value`, indented
/// lines go on). Other sections are passed over; keys that mean nothing here are told as `strange`.
struct FromIni {
  Given given;
  std::vector<std::string> strange;
};
Result<FromIni> from_ini_file(const std::string& path);
/// A sentence for each LONGWAVE_ variable that is no option, with the one that was probably meant.
std::vector<std::string> strange_variables();

/// Later sources win. Errors name the option, the source and what was expected.
Result<void> apply(Config& config, const Given& given, std::string_view source);

/// The sources in their order: the TOML file, the originals' ini file (named by any of the others), the
/// environment, the command line.
struct Sources {
  Given toml = {};
  std::string toml_path = {};
  Given environment = {};
  Given command_line = {};
};
struct Merged {
  Config config;
  std::vector<std::string> strange;  ///< sentences about keys that mean nothing
};
Result<Merged> merge(const Sources& sources);

/// `name = value` lines in TOML, secrets as ***; what `longwave config` prints.
std::string to_toml(const Config& config);
/// The text of docs/config.md.
std::string to_markdown();
/// The default of an option, as text.
std::string default_of(const Option& option);

}  // namespace longwave::app
