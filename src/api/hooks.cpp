// SPDX-License-Identifier: Apache-2.0
#include "api/hooks.hpp"

#include "access/hmac.hpp"
#include "access/password.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace longwave::api {
namespace {

constexpr std::string_view coded = "whsec_";

std::string key_of(std::string_view secret) {
  if (!secret.starts_with(coded)) return std::string(secret);
  return text::unbase64(secret.substr(coded.size())).value_or(std::string{});
}

}  // namespace

HookSignature sign_hook(std::string_view secret, std::string id, WallTime at, std::string_view body) {
  auto timestamp = std::to_string(unix_ms(at) / 1000);
  const auto text = fmt::format("{}.{}.{}", id, timestamp, body);
  auto signature = "v1," + text::base64(access::hmac_sha256(key_of(secret), text));
  return {std::move(id), std::move(timestamp), std::move(signature)};
}

Result<void> Hooks::check(const HookOptions& options) {
  if (!options.url.starts_with("http://") && !options.url.starts_with("https://"))
    return error(Errc::invalid, "hook-url must begin with http:// or https://");
  if (key_of(options.secret).size() < 16)
    return error(Errc::invalid,
                 "hook-secret must have at least 16 bytes, so that whoever is told can know that it is us: "
                 "`openssl rand -base64 32` makes one");
  return {};
}

Hooks::Hooks(HookOptions options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      random_(options_.seed),
      run_(access::random_token(9)),
      queue_(random_, options_.limits),
      client_("Longwave/" LONGWAVE_VERSION) {
  thread_ = std::thread([this] { run(); });
}

Hooks::~Hooks() {
  stop(Duration::zero());
}

void Hooks::push(std::string event) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  queue_.push(std::move(event));
  changed_.notify_one();
}

HookCounts Hooks::counts() const {
  const std::lock_guard lock(mutex_);
  return queue_.counts();
}

void Hooks::stop(Duration grace) {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(stopping_, true)) last_moment_ = clock_.now() + grace;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

/// True if it was taken.
bool Hooks::send(std::unique_lock<std::mutex>& lock, const HookQueue::Batch& batch) {
  std::string body = fmt::format(R"({{"node":"{}","events":[{}]}})", options_.node, batch.events);
  const auto signature =
      sign_hook(options_.secret, fmt::format("msg_{}_{}", run_, batch.serial), clock_.wall(), body);
  answer_.reset();
  lock.unlock();
  client_.send({.method = "POST",
                .url = options_.url,
                .body = std::move(body),
                .content_type = "application/json",
                .fields = {"webhook-id: " + signature.id, "webhook-timestamp: " + signature.timestamp,
                           "webhook-signature: " + signature.signature,
                           fmt::format("longwave-attempt: {}", batch.attempt)},
                .timeout = options_.timeout},
               [this](http::Answer answer) {
                 const std::lock_guard here(mutex_);
                 answer_ = std::move(answer);
                 changed_.notify_one();
               });
  lock.lock();
  while (!answer_) {
    const auto left = last_moment_ - clock_.now();
    if (!stopping_) {
      changed_.wait(lock);
    } else if (left > Duration::zero()) {
      changed_.wait_for(lock, left);
    } else {
      lock.unlock();
      client_.stop();  // answers what is under way
      lock.lock();
    }
  }
  const bool taken = answer_->status >= 200 && answer_->status < 300;
  // The first failure of a request; the others would say the same.
  if (!taken && batch.attempt == 1)
    log::warn("the web hook didn't take its events, they are tried again: {}",
              answer_->status ? fmt::format("it answered {}", answer_->status) : answer_->failure);
  return taken;
}

void Hooks::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto now = clock_.now();
    const bool last_words = stopping_;
    if (last_words && (now >= last_moment_ || !queue_.due())) break;
    const auto batch = queue_.next(last_words ? Instant::max() : now);
    if (!batch) {
      const auto due = queue_.due();
      if (due) {
        changed_.wait_for(lock, *due - now);
      } else {
        changed_.wait(lock);
      }
      continue;
    }
    const bool taken = send(lock, *batch);
    taken ? queue_.taken() : queue_.failed(clock_.now());
    if (!taken && last_words) break;
  }
  queue_.give_up();
}

}  // namespace longwave::api
