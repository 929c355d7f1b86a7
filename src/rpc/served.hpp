// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/mailbox.hpp"
#include "rpc/message.hpp"
#include "rpc/peer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The half of a peer that is called. Inside rpc/ only.
namespace longwave::rpc {

/// Calls of the other side: checked, handed to their handlers, answered in whatever order they end. What only
/// calls need (`Work`) is made with the first and goes with the last.
class Served : public AnswerSink {
 public:
  Served(const Surroundings& surroundings, Outlet& outlet, std::shared_ptr<const Caller> caller,
         const Terms& terms);

  /// A single message, or one element of a batch. Returns true if it is, or will be, answered.
  bool serve(Incoming& in);
  bool serve_batch(boost::container::small_vector_base<Incoming>& elements);
  void drained();
  /// Cancels what is in flight; nothing leaves any more.
  void end_calls();
  void send(Message message);

  // AnswerSink
  void finished(std::uint64_t number, std::string result, HeaderList headers) override;
  void failed(std::uint64_t number, const Fault& fault) override;
  void more(std::uint64_t number, std::string value, bool gauge) override;
  void wait_until_ready(Task task) override;
  void look_at_queue() override;

  const Surroundings& around() const { return around_; }
  Outlet& outlet() const { return outlet_; }
  void set_caller(std::shared_ptr<const Caller> caller) { caller_ = std::move(caller); }
  const Caller& caller() const { return *caller_; }
  std::size_t in_flight() const;

 protected:
  ~Served();

 private:
  struct Batch;
  struct LiveCall;
  struct Work;

  bool take(Incoming& in, std::shared_ptr<Batch> batch, std::size_t slot);
  void start(LiveCall& call, Incoming& in);
  std::optional<Fault> objection(const LiveCall& call, const Incoming& in, const Method* method) const;
  void cancel(const LiveCall& by, const Incoming& in);
  void refuse(const LiveCall& call, const Fault& fault);
  void close(const LiveCall& call, std::string text, HeaderList headers);
  void send_more(const LiveCall& call, std::string_view value, bool gauge);
  std::string answer_text(const LiveCall& call, std::string_view result, std::string_view extra) const;
  LiveCall* find(std::uint64_t number) const;
  LiveCall* find(std::string_view key) const;
  std::optional<LiveCall> take(std::uint64_t number);
  const std::shared_ptr<Mailbox>& mailbox();

  const Surroundings& around_;
  Outlet& outlet_;
  std::shared_ptr<const Caller> caller_;
  std::shared_ptr<Mailbox> mailbox_;  // null before the first call
  std::unique_ptr<Work> work_;        // null while nothing is in flight
  std::uint64_t connection_;
  void* owner_;
  std::uint32_t last_call_ = 0;
  bool many_answers_;
  bool tells_method_;
  bool bare_faults_;

 protected:
  bool ended_ = false;
};

/// `method`: repeated in an answer of version 2, if it isn't empty.
std::string result_text(Dialect dialect, std::string_view id, std::string_view result, std::string_view extra,
                        std::string_view method = {});
std::string fault_text(Dialect dialect, std::string_view id, const Fault& fault,
                       std::string_view method = {});
/// Without data, in the words that the player protocol has.
Fault bare(const Fault& fault);

}  // namespace longwave::rpc
