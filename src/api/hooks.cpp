// SPDX-License-Identifier: Apache-2.0
#include "api/hooks.hpp"

#include "access/hmac.hpp"
#include "access/password.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace longwave::api {
namespace {

constexpr std::string_view coded = "whsec_";

std::string key_of(std::string_view secret) {
  if (!secret.starts_with(coded)) return std::string(secret);
  return text::unbase64(secret.substr(coded.size())).value_or(std::string{});
}

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) log::error("libcurl can't be used: {}", curl_easy_strerror(started));
}

struct ReleaseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct ReleaseList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t take_nothing(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

}  // namespace

/// The connection to the hook; belongs to the thread.
class Hooks::Sender {
 public:
  explicit Sender(const Hooks& hooks)
      : hooks_(hooks), options_(hooks.options_), curl_(curl_easy_init()), run_(access::random_token(9)) {}

  /// True if it was taken.
  bool send(const HookQueue::Batch& batch) {
    const std::string body = fmt::format(R"({{"node":"{}","events":[{}]}})", options_.node, batch.events);
    const auto signature =
        sign_hook(options_.secret, fmt::format("msg_{}_{}", run_, batch.serial), hooks_.clock_.wall(), body);
    curl_easy_reset(curl_.get());
    set(CURLOPT_URL, options_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(to_ms(options_.timeout)));
    set(CURLOPT_USERAGENT, "Longwave/" LONGWAVE_VERSION);
    set(CURLOPT_POSTFIELDS, body.data());
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    set(CURLOPT_WRITEFUNCTION, take_nothing);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, look_at_the_time);
    set(CURLOPT_XFERINFODATA, &hooks_);
    std::unique_ptr<curl_slist, ReleaseList> fields;
    for (const auto& field :
         {std::string("Content-Type: application/json"), "webhook-id: " + signature.id,
          "webhook-timestamp: " + signature.timestamp, "webhook-signature: " + signature.signature,
          fmt::format("longwave-attempt: {}", batch.attempt), std::string("Expect:")}) {
      fields.reset(curl_slist_append(fields.release(), field.c_str()));
    }
    set(CURLOPT_HTTPHEADER, fields.get());
    const auto done = curl_easy_perform(curl_.get());
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    const bool taken = done == CURLE_OK && status >= 200 && status < 300;
    if (!taken)
      tell(done == CURLE_OK ? fmt::format("it answered {}", status) : std::string(curl_easy_strerror(done)),
           batch.attempt);
    return taken;
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(curl_.get(), option, value);
  }
  /// The first failure of a request; the others would say the same.
  void tell(const std::string& why, int attempt) const {
    if (attempt == 1) log::warn("the web hook didn't take its events, they are tried again: {}", why);
  }

  /// Asked several times a second.
  static int look_at_the_time(void* hooks, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& of = *static_cast<const Hooks*>(hooks);
    return of.clock_.now() >= of.last_moment_.load() ? 1 : 0;
  }

  const Hooks& hooks_;
  const HookOptions& options_;
  std::unique_ptr<CURL, ReleaseCurl> curl_;
  std::string run_;  // ids of this start of the program differ from those of the next
};

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
    : options_(std::move(options)), clock_(clock), random_(options_.seed), queue_(random_, options_.limits) {
  start_curl();
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
    if (!std::exchange(stopping_, true)) last_moment_.store(clock_.now() + grace);
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Hooks::run() {
  Sender sender(*this);
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto now = clock_.now();
    const bool last_words = stopping_;
    if (last_words && (now >= last_moment_.load() || !queue_.due())) break;
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
    lock.unlock();
    const bool taken = sender.send(*batch);
    lock.lock();
    taken ? queue_.taken() : queue_.failed(clock_.now());
    if (!taken && last_words) break;
  }
  queue_.give_up();
}

}  // namespace longwave::api
