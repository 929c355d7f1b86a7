// SPDX-License-Identifier: Apache-2.0
#include "fleet/webapp.hpp"

#include "base/log.hpp"
#include "io/loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace longwave::fleet {
namespace {

constexpr std::size_t shortest_key = 16;

}  // namespace

Result<void> Webapp::check(const WebappPlace& place) {
  const bool known = place.url.starts_with("http://") || place.url.starts_with("https://");
  if (!known || place.url.find_first_of("?#@ ") != std::string::npos)
    return error(Errc::invalid, "webapp must be http://HOST or https://HOST, with a path perhaps");
  if (place.key.size() < shortest_key)
    return error(Errc::invalid,
                 "webapp-key must have at least 16 bytes: `openssl rand -hex 16` makes one, and "
                 "--webapp-key-file names the file that holds it");
  return {};
}

Webapp::Webapp(io::Loop& loop, const Clock& clock, WebappOptions options)
    : clock_(clock),
      options_(std::move(options)),
      post_(loop.poster()),
      random_(options_.seed),
      reports_(random_, options_.limits),
      timer_(loop),
      client_(options_.user_agent) {
  while (options_.place.url.ends_with('/')) options_.place.url.pop_back();
}

Webapp::~Webapp() = default;

void Webapp::report(const Report& report) {
  if (ended_) return;
  if (!reports_.push(report, clock_.now()) && !std::exchange(full_said_, true))
    log::error("too many reports wait for the web application: new ones are dropped");
  pump();
}

void Webapp::know(std::int64_t user_id, Account account) {
  if (accounts_.insert_or_assign(user_id, std::move(account)).second) oldest_.push_back(user_id);
  if (oldest_.size() <= options_.most_accounts) return;
  accounts_.erase(oldest_.front());
  oldest_.pop_front();
}

void Webapp::find_user(const std::string& token, UniqueFunction<void(User)> done) {
  auto request = token_request(token, options_.place);
  if (!request || tokens_ >= options_.most_tokens) return done({});
  ++tokens_;
  client_.send(std::move(*request),
               [this, post = post_, done = std::move(done)](http::Answer answer) mutable {
                 post([this, answer = std::move(answer), done = std::move(done)]() mutable {
                   --tokens_;
                   if (ended_) return;
                   if (answer.status != 200 && answer.status != 404)
                     log::warn("the web application could not say whose a token is: {}",
                               answer.status ? fmt::format("it answered {}", answer.status) : answer.failure);
                   done(user_of(answer));
                 });
               });
}

void Webapp::fetch_events(UniqueFunction<void(FetchedEvents)> done) {
  if (ended_ || std::exchange(fetching_, true)) return;
  client_.send(events_request(kept_, options_.place),
               [this, post = post_, done = std::move(done)](http::Answer answer) mutable {
                 post([this, answer = std::move(answer), done = std::move(done)]() mutable {
                   fetching_ = false;
                   if (ended_) return;
                   auto fetched = events_of(answer);
                   if (fetched) {
                     no_events_said_ = false;
                     if (fetched->last) done(std::move(*fetched));
                   } else if (!std::exchange(no_events_said_, true)) {
                     log::info("no events come from the web application: {}", fetched.error().message);
                   }
                 });
               });
}

void Webapp::pump() {
  if (ended_) return;
  const auto now = clock_.now();
  if (stopped_ && (reports_.counts().waiting == 0 || away_said_ || now >= last_moment_)) return end();
  while (auto call = reports_.next(now)) make(std::move(*call));
  auto due = reports_.due(now);
  if (stopped_) due = std::min(due.value_or(last_moment_), last_moment_);
  if (due) timer_.at(*due, [this] { pump(); });
}

void Webapp::make(Reports::Call call) {
  const auto account = [this](std::int64_t user_id) -> const Account* {
    const auto place = accounts_.find(user_id);
    return place == accounts_.end() ? nullptr : &place->second;
  };
  auto request = request_of(call.reports, options_.place, account);
  client_.send(std::move(request), [this, post = post_, call = std::move(call)](http::Answer answer) mutable {
    post([this, call = std::move(call), answer = std::move(answer)] { answered(call, answer); });
  });
}

void Webapp::answered(const Reports::Call& call, const http::Answer& answer) {
  if (ended_) return;
  const auto outcome = outcome_of(call.reports, answer);
  tell(outcome, std::holds_alternative<SongStarted>(call.reports.front()), answer);
  reports_.answered(call.id, outcome, clock_.now());
  if (outcome == Reports::Outcome::taken) full_said_ = false;
  pump();
}

/// The first of many that would say the same. Neither the address nor what was sent: there are keys in them.
void Webapp::tell(Reports::Outcome outcome, bool songs, const http::Answer& answer) {
  const auto why = answer.status ? fmt::format("it answered {}", answer.status) : answer.failure;
  const auto what = songs ? "songs" : "listeners";
  switch (outcome) {
    case Reports::Outcome::taken:
      if (std::exchange(away_said_, false))
        log::info("the web application takes reports again, {} wait", reports_.counts().waiting);
      refused_said_ = false;
      return;
    case Reports::Outcome::away:
      if (!std::exchange(away_said_, true))
        log::warn("the web application takes no reports of {}, they wait: {}", what, why);
      return;
    case Reports::Outcome::refused:
    case Reports::Outcome::unwanted:
      if (!std::exchange(refused_said_, true))
        log::warn("the web application did not take a report of {}: {}", what, why);
      return;
  }
}

void Webapp::stop(Duration grace, Task done) {
  stopped_ = std::move(done);
  last_moment_ = clock_.now() + grace;
  pump();
}

void Webapp::end() {
  ended_ = true;
  timer_.cancel();
  if (const auto waiting = reports_.counts().waiting)
    log::warn("{} reports could not be told to the web application before the end", waiting);
  reports_.give_up();
  client_.stop();
  std::exchange(stopped_, Task{})();
}

}  // namespace longwave::fleet
