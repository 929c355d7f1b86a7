// SPDX-License-Identifier: Apache-2.0
#include "http/client.hpp"

#include "base/log.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace longwave::http {
namespace {

constexpr long connections = 32;
constexpr int longest_sleep_ms = 60'000;

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) log::error("libcurl can't be used: {}", curl_easy_strerror(started));
}

struct ReleaseEasy {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct ReleaseMulti {
  void operator()(CURLM* curl) const { curl_multi_cleanup(curl); }
};
struct ReleaseList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One request, as long as it takes.
struct Exchange {
  Request request;
  Client::Done done;
  Answer answer = {};
  std::unique_ptr<CURL, ReleaseEasy> curl = {};
  std::unique_ptr<curl_slist, ReleaseList> fields = {};

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(curl.get(), option, value);
  }
  void field(const std::string& text) { fields.reset(curl_slist_append(fields.release(), text.c_str())); }

  static std::size_t take(const char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& to = *static_cast<Exchange*>(self);
    if (to.answer.body.size() + size * count > to.request.most_bytes) return 0;  // curl gives up
    to.answer.body.append(bytes, size * count);
    return size * count;
  }

  void prepare(const std::string& user_agent) {
    curl.reset(curl_easy_init());
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PATH_AS_IS, 1L);  // a name of ".." in a path is a name
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(to_ms(request.timeout)));
    set(CURLOPT_USERAGENT, user_agent.c_str());
    set(CURLOPT_WRITEFUNCTION, take);
    set(CURLOPT_WRITEDATA, this);
    field("Expect:");
    for (const auto& more : request.fields) field(more);
    if (request.method == "POST") {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDS, request.body.data());
      set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
      field(request.content_type.empty() ? "Content-Type:" : "Content-Type: " + request.content_type);
    }
    set(CURLOPT_HTTPHEADER, fields.get());
  }

  void end(CURLcode result) {
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    curl.reset();
    if (result == CURLE_OK) {
      answer.status = static_cast<int>(status);
    } else {
      answer = {.failure = curl_easy_strerror(result)};
    }
    done(std::move(answer));
  }
};

}  // namespace

class Client::Work {
 public:
  explicit Work(std::string user_agent) : user_agent_(std::move(user_agent)) {
    start_curl();
    multi_.reset(curl_multi_init());
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    thread_ = std::thread([this] { run(); });
  }

  void send(std::unique_ptr<Exchange> exchange) {
    if (const auto refused = put(std::move(exchange))) return give_up(*refused);
    curl_multi_wakeup(multi_.get());
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    if (thread_.joinable()) thread_.join();
  }

 private:
  /// Gives back what comes too late.
  std::unique_ptr<Exchange> put(std::unique_ptr<Exchange> exchange) {
    const std::lock_guard lock(mutex_);
    if (ended_) return exchange;
    sent_.push_back(std::move(exchange));
    return nullptr;
  }
  static void give_up(Exchange& exchange) { exchange.done({.failure = "the program ends"}); }

  /// What was sent since the last call; nothing more comes once it is time to stop.
  std::vector<std::unique_ptr<Exchange>> take_sent() {
    const std::lock_guard lock(mutex_);
    ended_ = stopping_;
    return std::exchange(sent_, {});
  }

  void run() {
    for (;;) {
      auto sent = take_sent();
      if (ended_) {
        for (auto& exchange : sent) give_up(*exchange);
        break;
      }
      for (auto& exchange : sent) begin(std::move(exchange));
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      end_those_that_are_over();
      curl_multi_poll(multi_.get(), nullptr, 0, longest_sleep_ms, nullptr);
    }
    for (auto& [curl, exchange] : under_way_) {
      curl_multi_remove_handle(multi_.get(), curl);
      give_up(*exchange);
    }
    under_way_.clear();
  }

  void begin(std::unique_ptr<Exchange> exchange) {
    exchange->prepare(user_agent_);
    auto* const curl = exchange->curl.get();
    curl_multi_add_handle(multi_.get(), curl);
    under_way_.emplace(curl, std::move(exchange));
  }

  void end_those_that_are_over() {
    int more = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &more)) {
      if (message->msg != CURLMSG_DONE) continue;
      auto* const curl = message->easy_handle;
      const auto result = message->data.result;
      curl_multi_remove_handle(multi_.get(), curl);
      const auto node = under_way_.extract(curl);
      node.mapped()->end(result);
    }
  }

  const std::string user_agent_;
  std::unique_ptr<CURLM, ReleaseMulti> multi_;
  std::unordered_map<CURL*, std::unique_ptr<Exchange>> under_way_;  // of the thread
  std::mutex mutex_;                                                // guards what follows
  std::vector<std::unique_ptr<Exchange>> sent_;
  bool stopping_ = false;
  bool ended_ = false;  // written by the thread, under the mutex
  std::thread thread_;
};

Client::Client(std::string user_agent) : work_(std::make_unique<Work>(std::move(user_agent))) {}

Client::~Client() {
  stop();
}

void Client::send(Request request, Done done) {
  auto exchange = std::make_unique<Exchange>();
  exchange->request = std::move(request);
  exchange->done = std::move(done);
  work_->send(std::move(exchange));
}

void Client::stop() {
  work_->stop();
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace longwave::http
