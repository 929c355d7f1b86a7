// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace longwave::app {
namespace {

const Option table[] = {
    {"music", &Config::music, "DIR", "A folder of music; may be given several times"},
    {"data", &Config::data, "DIR",
     "Where Longwave keeps its database, its cache and the administrator's password"},
    {"listen", &Config::listen, "ADDRESS",
     "An address to serve, HOST:PORT or unix:PATH; several; HOST 0.0.0.0 or [::] opens it to the network. "
     "Behind it, as needed: +tls, +plain, +proxy (PROXY protocol), +mode=660 (of a Unix socket)"},
    {"host", &Config::host, "NAME",
     "A host name by which browsers may reach this server besides its address; several"},
    {"origin", &Config::origin, "URL",
     "A foreign web page's origin (https://example.org) that may call the API; several"},
    {"tls-certificate", &Config::tls_certificate, "FILE",
     "PEM certificate chain; serves HTTPS when given with tls-key"},
    {"tls-key", &Config::tls_key, "FILE", "PEM private key of tls-certificate"},
    {"trusted-proxy", &Config::trusted_proxy, "NETWORK",
     "Whose word about a connection's client is taken: 10.0.0.0/8, ::1, or unix for Unix sockets; several"},
    {"proxy-header", &Config::proxy_header, "KIND",
     "The fields that trusted proxies write: x-forwarded (X-Forwarded-For, -Proto, -Host), forwarded (RFC "
     "7239) or none"},
    {"drain", &Config::drain_s, "SECONDS",
     "At the end, WebSockets and listeners are let go evenly over this time, while requests are still "
     "answered",
     0, 3600},
    {"connections", &Config::connections, "COUNT", "Most connections at a time; more are closed at once", 1,
     10'000'000},
    {"connections-per-address", &Config::connections_per_address, "COUNT",
     "Most connections of one address (of one IPv6 /64); this machine and trusted proxies aren't counted; 0 "
     "is any",
     0, 10'000'000},
    {"body-rate", &Config::body_rate, "BYTES/S",
     "A request body that comes more slowly over 10 s is answered 408; 0 takes any time", 0, 1'000'000},
    {"read-rate", &Config::read_rate, "BYTES/S",
     "A client that takes its answer more slowly over 10 s is cut off; 0 waits for ever", 0, 1'000'000},
    {"station-name", &Config::station_name, "TEXT", "The name players show for the first station"},
    {"station-kind", &Config::station_kind, "KIND",
     "What the first station is: radio (always on, with its AutoDJ) or player (begins stopped, plays its "
     "list); "
     "empty leaves it as it is"},
    {"max-stations", &Config::max_stations, "COUNT",
     "Most stations there may be; those that are there already stay", 1, 100'000},
    {"stations-per-user", &Config::stations_per_user, "COUNT",
     "So many stations may everybody make who has logged in; 0: only administrators make stations", 0,
     100'000},
    {"hold-track", &Config::hold_track, "FILE",
     "What listeners hear, round and round, while a station is paused or stopped; at most 30 minutes; empty "
     "is "
     "silence"},
    {"loudness", &Config::loudness_lufs, "LUFS", "Integrated loudness every track is brought to", -40, -6},
    {"true-peak", &Config::true_peak_dbtp, "dBTP", "Highest true peak the limiter lets through", -12, 0},
    {"trim-silence", &Config::trim_silence_s, "SECONDS",
     "Silence at the head or tail of a track that is longer is left out; 0 keeps all", 0, 60},
    {"track-separation", &Config::track_separation_min, "MINUTES",
     "The AutoDJ doesn't repeat a track sooner, while the library allows it", 0, 10080},
    {"artist-separation", &Config::artist_separation_min, "MINUTES",
     "The AutoDJ doesn't repeat an artist sooner, while the library allows it", 0, 1440},
    {"cache", &Config::cache_mb, "MB", "Disk space for encoded tracks; the least recently used go first", 64,
     std::numeric_limits<std::int32_t>::max()},
    {"listeners", &Config::listeners, "COUNT", "Most listeners at a time; more get 503", 1, 1'000'000},
    {"rate-calls", &Config::rate_calls, "PER-SECOND",
     "API calls of one connection on average, ten times as many at once; 0 is no limit", 0, 1'000'000},
    {"rate-kb", &Config::rate_kb, "KB-PER-SECOND",
     "Size of the messages of one connection on average, ten times as much at once; 0 is no limit", 0,
     1'000'000},
    {"address-calls", &Config::address_calls, "PER-SECOND",
     "API calls of one address (for IPv6: a /64 network), as rate-calls", 0, 1'000'000},
    {"address-kb", &Config::address_kb, "KB-PER-SECOND", "Size of the messages of one address, as rate-kb", 0,
     1'000'000},
    {"address-connects", &Config::address_connects, "PER-SECOND",
     "New connections of one address on average, ten times as many at once; 0 is no limit", 0, 1'000'000},
    {"net-threads", &Config::net_threads, "COUNT", "Threads that serve connections; 0 is one per core", 0,
     256},
    {"media-threads", &Config::media_threads, "COUNT", "Threads that decode and encode; 0 is one per core", 0,
     256},
    {"scan-threads", &Config::scan_threads, "COUNT", "Threads that read files during a scan; 0 chooses", 0,
     256},
    {"log", &Config::log, "LEVEL", "What is written to standard error: debug, info, warn, error or off"},
};

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

const std::vector<Option>& all() {
  static const std::vector<Option> joined = [] {
    std::vector<Option> out;
    for (const auto section : {general_options(), channel_options(), channelstream_options(), mpd_options(),
                               redis_options(), database_options(), fleet_options(), streamer_options(),
                               file_options(), player_options(), musicdb_options()})
      out.insert(out.end(), section.begin(), section.end());
    return out;
  }();
  return joined;
}

}  // namespace

std::span<const Option> general_options() {
  return table;
}

std::span<const Option> options() {
  return all();
}

Named find_option(std::string_view name) {
  constexpr std::string_view ending = "-file";
  for (const auto& option : all()) {
    if (option.name == name || (!name.empty() && option.alias == name)) return {&option, false};
    if (option.secret && name.ends_with(ending) && name.substr(0, name.size() - ending.size()) == option.name)
      return {&option, true};
  }
  return {};
}

const Option& closest_option(std::string_view name) {
  return *std::min_element(all().begin(), all().end(), [&](const Option& a, const Option& b) {
    return distance(a.name, name) < distance(b.name, name);
  });
}

Error unknown_option(std::string_view name, std::string_view source) {
  return error(Errc::invalid,
               fmt::format("{}: there is no option '{}'; did you mean '{}'? `longwave config` lists all",
                           source, name, closest_option(name).name));
}

bool is_list(const Option& option) {
  return std::holds_alternative<std::vector<std::string> Config::*>(option.member);
}

std::string variable_of(std::string_view name) {
  std::string out(environment_prefix);
  for (const char c : name) out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

}  // namespace longwave::app
