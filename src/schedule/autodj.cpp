// SPDX-License-Identifier: Apache-2.0
#include "schedule/autodj.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_set>
#include <utility>

namespace longwave::schedule {

namespace {

/// One set of distances, and what it leaves.
struct Tier {
  Samples track{};
  Samples artist{};
  bool but_last = true;  ///< never the one just before
};

struct Allowed {
  std::unordered_set<TrackId> failed;
  std::unordered_set<TrackId> tracks;
  std::unordered_set<std::int64_t> artists;
  std::int64_t by_failed = 0, by_track = 0, by_artist = 0, left = 0;

  bool allows(const Candidate& row) const {
    return row.playable && row.weight > 0 && (artists.empty() || !artists.contains(row.artist)) &&
           (tracks.empty() || !tracks.contains(row.track)) && (failed.empty() || !failed.contains(row.track));
  }
};

const Candidate* drawable(const Catalogue& catalogue, TrackId track) {
  const auto* row = catalogue.find(track);
  return row && row->playable && row->weight > 0 ? row : nullptr;
}

/// What the tier leaves, counted without looking at every track. Each track that is kept out counts once: for
/// having failed, else for its own separation, else for its artist's.
void apply(const Catalogue& catalogue, const PickContext& context, const Tier& tier, Allowed& allowed) {
  allowed.tracks.clear();
  allowed.artists.clear();
  allowed.by_track = allowed.by_artist = 0;
  for (const auto& heard : context.heard) {
    if (heard.artist != 0 && context.at - heard.end < tier.artist) allowed.artists.insert(heard.artist);
  }
  for (const auto artist : allowed.artists) {
    allowed.by_artist += static_cast<std::int64_t>(catalogue.drawable_by(artist));
  }
  for (const auto failed : allowed.failed) {
    if (allowed.artists.contains(catalogue.find(failed)->artist)) --allowed.by_artist;
  }
  for (std::size_t i = 0; i < context.heard.size(); ++i) {
    const auto& heard = context.heard[i];
    const bool last = tier.but_last && i + 1 == context.heard.size();
    if (!last && context.at - heard.end >= tier.track) continue;
    const auto* row = drawable(catalogue, heard.track);
    if (!row || allowed.failed.contains(heard.track) || !allowed.tracks.insert(heard.track).second) continue;
    ++allowed.by_track;
    if (allowed.artists.contains(row->artist)) --allowed.by_artist;
  }
  allowed.left = static_cast<std::int64_t>(catalogue.drawable()) - allowed.by_failed - allowed.by_track -
                 allowed.by_artist;
}

/// From the strictest to none at all.
std::vector<Tier> tiers(const Separation& separation) {
  std::vector<Tier> result{{separation.track + separation.margin, separation.artist + separation.margin}};
  constexpr int halvings = 4;
  const auto shortened = [](Samples full, int step) {
    return step > halvings ? Samples{0} : full / (1 << step);
  };
  for (int track = 0; track <= halvings + 1; ++track) {
    for (int artist = 0; artist <= halvings + 1; ++artist) {
      result.push_back({shortened(separation.track, track), shortened(separation.artist, artist)});
    }
  }
  result.push_back({Samples{0}, Samples{0}, false});
  return result;
}

const Candidate* draw(const Catalogue& catalogue, const Allowed& allowed, Random& random) {
  if (allowed.left * 16 >= static_cast<std::int64_t>(catalogue.drawable())) {
    for (int attempt = 0; attempt < 64; ++attempt) {
      const auto& row = catalogue.draw(random);
      if (allowed.allows(row)) return &row;
    }
  }
  const Candidate* chosen = nullptr;  // one pass, each kept with the chance weight / sum of weights so far
  double sum = 0;
  for (const auto& row : catalogue.rows()) {
    if (!allowed.allows(row)) continue;
    sum += row.weight;
    if (random.unit() * sum < row.weight) chosen = &row;
  }
  return chosen;
}

const Candidate* shortest(const Catalogue& catalogue, const Allowed& allowed) {
  const auto length = [](const Candidate& row) {
    return row.duration_ms > 0 ? row.duration_ms : std::numeric_limits<std::int32_t>::max();
  };
  const Candidate* best = nullptr;
  for (const auto& row : catalogue.rows()) {
    if (allowed.allows(row) && (!best || length(row) < length(*best))) best = &row;
  }
  return best;
}

std::string minutes(Samples length) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
  return seconds % 60 == 0 ? fmt::format("{}", seconds / 60)
                           : fmt::format("{:.1f}", static_cast<double>(seconds) / 60);
}

Reason explain(const Catalogue& catalogue, const Separation& full, const Tier& tier, const Allowed& allowed,
               bool by_length) {
  Reason reason;
  reason.candidates = allowed.left;
  if (allowed.by_artist > 0) reason.excluded.emplace_back("artist", allowed.by_artist);
  if (allowed.by_track > 0) reason.excluded.emplace_back("track", allowed.by_track);
  if (allowed.by_failed > 0) reason.excluded.emplace_back("failed", allowed.by_failed);
  if (by_length) {
    reason.rule = rule::opening;
    reason.text = allowed.left == 1
                      ? "The first track that was found; it isn't analysed yet"
                      : fmt::format("The shortest of {} tracks: none is analysed yet", allowed.left);
    return reason;
  }
  reason.text = fmt::format("Drawn from {} of {} tracks", allowed.left, catalogue.drawable());
  const bool relaxed = tier.track < full.track || tier.artist < full.artist;
  reason.rule = relaxed ? rule::relaxed : rule::autodj;
  if (!relaxed) {
    reason.text += fmt::format(": no track again within {} minutes, no artist within {}", minutes(full.track),
                               minutes(full.artist));
    return reason;
  }
  reason.text += "; the library is too small for the full distances:";
  if (!tier.but_last) {
    reason.text += " it is the only track";
  } else if (tier.track == Samples{0}) {
    reason.text += " anything but the one before";
  } else {
    reason.text += fmt::format(" no track again within {} minutes, no artist within {}", minutes(tier.track),
                               minutes(tier.artist));
  }
  return reason;
}

}  // namespace

std::optional<Pick> pick(const Catalogue& catalogue, const Separation& separation, const PickContext& context,
                         Random& random) {
  Allowed allowed;
  if (context.avoided) {
    for (const auto& [track, until] : *context.avoided) {
      if (until > context.at && drawable(catalogue, track)) allowed.failed.insert(track);
    }
  }
  allowed.by_failed = static_cast<std::int64_t>(allowed.failed.size());
  for (const auto& tier : tiers(separation)) {
    apply(catalogue, context, tier, allowed);
    if (allowed.left <= 0) continue;
    const auto* chosen = context.shortest ? shortest(catalogue, allowed) : draw(catalogue, allowed, random);
    if (!chosen) continue;
    return Pick{*chosen, explain(catalogue, separation, tier, allowed, context.shortest)};
  }
  return std::nullopt;
}

bool keeps_separation(const Separation& separation, const std::vector<Heard>& heard, TrackId track,
                      std::int64_t artist, Samples at) {
  return std::none_of(heard.begin(), heard.end(), [&](const Heard& play) {
    const auto since = at - play.end;
    return (play.track == track && since < separation.track) ||
           (artist != 0 && play.artist == artist && since < separation.artist);
  });
}

}  // namespace longwave::schedule
