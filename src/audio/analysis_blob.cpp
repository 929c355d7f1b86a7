// SPDX-License-Identifier: Apache-2.0
#include "audio/analysis.hpp"
#include "audio/bytes.hpp"
#include "audio/format.hpp"
#include "audio/stored_loudness.hpp"

#include <cmath>

namespace longwave::audio {
namespace {

constexpr std::string_view magic = "LWA1";
constexpr std::uint32_t most_levels = 24 * 3600 * 10 + 10;
constexpr std::uint32_t most_silences = 24 * 3600;

bool sensible(const Analysis& a) {
  const bool rates =
      a.source_rate > 0 && a.source_rate <= 768000 && a.source_channels > 0 && a.source_channels <= 64;
  const bool places = a.begin >= Samples{0} && a.begin < a.end && a.end <= a.length &&
                      a.length <= Samples{25ll * 3600 * 44100} && a.played() >= min_item_length;
  return rates && places && a.source_samples >= 0 && std::isfinite(a.lufs) && std::isfinite(a.true_peak_db);
}

}  // namespace

std::string to_blob(const Analysis& a) {
  ByteWriter w;
  w.bytes(magic);
  w.put(a.length.count());
  w.put(a.begin.count());
  w.put(a.end.count());
  w.put(static_cast<std::int32_t>(a.source_rate));
  w.put(static_cast<std::int32_t>(a.source_channels));
  w.put(a.source_samples);
  w.put(a.origin);
  w.put(a.lufs);
  w.put(a.true_peak_db);
  for (const auto loss : a.limiter_loss_db) w.put(loss);
  w.put(static_cast<std::uint8_t>(a.partial));
  w.put(static_cast<std::uint32_t>(a.payload_hash.size()));
  w.bytes(a.payload_hash);
  w.put(static_cast<std::uint32_t>(a.silences.size()));
  for (const auto& s : a.silences) {
    w.put(s.at.count());
    w.put(s.length.count());
  }
  w.put(static_cast<std::uint32_t>(a.level_db.size()));
  w.bytes({reinterpret_cast<const char*>(a.level_db.data()), a.level_db.size()});
  w.put(crc32_of(w.text()));
  return w.take();
}

Result<Analysis> parse_analysis(std::string_view blob) {
  const auto damaged = error(Errc::broken, "a stored analysis is damaged or of another version");
  if (blob.size() < magic.size() + 4 || !blob.starts_with(magic)) return damaged;
  ByteReader tail{blob.substr(blob.size() - 4)};
  if (tail.get<std::uint32_t>() != crc32_of(blob.substr(0, blob.size() - 4))) return damaged;
  ByteReader r{blob.substr(magic.size(), blob.size() - 4 - magic.size())};
  Analysis a;
  a.length = Samples{r.get<std::int64_t>()};
  a.begin = Samples{r.get<std::int64_t>()};
  a.end = Samples{r.get<std::int64_t>()};
  a.source_rate = r.get<std::int32_t>();
  a.source_channels = r.get<std::int32_t>();
  a.source_samples = r.get<std::int64_t>();
  a.origin = r.get<std::int64_t>();
  a.lufs = r.get<double>();
  a.true_peak_db = r.get<double>();
  for (auto& loss : a.limiter_loss_db) loss = r.get<float>();
  a.partial = r.get<std::uint8_t>() != 0;
  a.payload_hash = r.bytes(r.get<std::uint32_t>());
  const auto silences = r.get<std::uint32_t>();
  if (silences > most_silences) return damaged;
  for (std::uint32_t i = 0; i < silences && r.ok(); ++i) {
    const auto at = r.get<std::int64_t>();
    a.silences.push_back({Samples{at}, Samples{r.get<std::int64_t>()}});
  }
  const auto count = r.get<std::uint32_t>();
  if (count > most_levels) return damaged;
  const auto levels = r.bytes(count);
  a.level_db.assign(levels.begin(), levels.end());
  if (!r.ok() || !r.at_end() || !sensible(a)) return damaged;
  return a;
}

std::optional<Analysis> loudness_of(std::string_view blob) {
  if (blob.size() < loudness_bytes || !blob.starts_with(magic)) return std::nullopt;
  constexpr auto before = 5 * sizeof(std::int64_t) + 2 * sizeof(std::int32_t);  // lengths, places, rates
  ByteReader r{blob.substr(magic.size() + before)};
  Analysis a;
  a.lufs = r.get<double>();
  a.true_peak_db = r.get<double>();
  for (auto& loss : a.limiter_loss_db) loss = r.get<float>();
  if (!r.ok() || !std::isfinite(a.lufs) || !std::isfinite(a.true_peak_db)) return std::nullopt;
  return a;
}

}  // namespace longwave::audio
