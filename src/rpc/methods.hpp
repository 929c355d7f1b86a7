// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/assert.hpp"
#include "rpc/service.hpp"
#include "rpc/table.hpp"
#include "rpc/typed.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace longwave::rpc {

/// The methods of a service class S that the other end may call. Filled once per class and Server, by
/// S::methods():
///
///   static void methods(rpc::Methods<Chat>& add) {
///     add.method("say", &Chat::say, "text");
///     add.method("clients", [](Chat& chat) { return chat.names(); });
///     add.pool_method("hash", [](const std::string& password) { return slow_hash(password); }, "password");
///   }
///
/// After the name and the function come the names of the parameters, in order; a caller gives them by
/// position or by name. A Field (rpc/schema.hpp) in place of a name sets limits and defaults too:
/// rpc::integer("limit").range(1, 500).otherwise("50").
///
/// A function is a member of S, or any other one, which may then take S& first. Its parameters: `const
/// rpc::Call&` first (optional: the call's id, caller and raw parameters), then the arguments, whose C++
/// types are the types that are checked (bool, integers, double, std::string, std::vector, std::map,
/// std::optional for what may be left out, Json, and every type that Boost.JSON converts). What it returns is
/// the answer: a value, void (null), Result<T> or Reply; or it takes a `rpc::Responder` last, returns
/// nothing, and answers when it can, many times if it likes. What it throws is answered with −32603, and the
/// connection lives on.
///
/// A name twice, a name beginning with "_" or "rpc.", is a bug and asserted.
template <class S>
class Methods {
 public:
  explicit Methods(Table& table) : table_(table) {}

  /// Runs on the connection's loop: it must not block.
  template <class F, class... Names>
  Methods& method(std::string name, F function, Names&&... parameters) {
    using Form = FormOf<F>;
    static_assert(sizeof...(Names) == Form::count, "a name for each parameter, and no more");
    add<F, Form>(std::move(name), Run::inline_, std::move(function),
                 {describe(std::forward<Names>(parameters))...});
    return *this;
  }

  /// Runs on a worker thread and may block. It gets the values of the call, never the instance.
  template <class F, class... Names>
  Methods& pool_method(std::string name, F function, Names&&... parameters) {
    using Form = FormOf<F>;
    static_assert(sizeof...(Names) == Form::count, "a name for each parameter, and no more");
    static_assert(!typed::Signature<F>::member && !Form::wants_service,
                  "an instance belongs to its loop: a function on the pool can't use it");
    add<F, Form>(std::move(name), Run::pool, std::move(function),
                 {describe(std::forward<Names>(parameters))...});
    return *this;
  }

  /// For shapes, events and what else the documents made from a table can show.
  Table& table() { return table_; }

 private:
  template <class F>
  using FormOf = typename typed::Split<S, false, false, typed::List<>,
                                       typename typed::Signature<std::decay_t<F>>::Parameters>::Type;

  static Field describe(Field field) { return field; }
  static Field describe(std::string name) { return any(std::move(name)); }

  template <class F, class Form>
  void add(std::string name, Run run, F function, std::vector<Field> fields) {
    using Result = typename typed::Signature<F>::Result;
    declare(fields, static_cast<typename Form::Values*>(nullptr));
    std::vector<std::string> names;
    for (const Field& field : fields) names.push_back(field.name);
    LW_ASSERT(!name.starts_with("_"), name + ": a name that begins with _ can't be called");
    Method method;
    method.name = std::move(name);
    method.params = std::move(fields);
    method.run = run;
    method.many = Form::wants_responder;
    if constexpr (Form::wants_responder) {
      static_assert(std::is_void_v<Result>, "a function that takes a responder answers through it");
      method.result = any().or_null();
    } else {
      method.result = typed::result_field<Result>();
    }
    method.handler = [function = std::move(function), names = std::move(names)](const Call& call,
                                                                                const Responder& responder) {
      try {
        run_it<F, Form>(function, names, call, responder, std::make_index_sequence<Form::count>());
      } catch (const std::exception&) {
        throw;  // the peer's matter: it logs what() and answers
      } catch (...) {
        responder.fail(Fault{internal_error, "internal error", {}});
      }
    };
    table_.add(std::move(method));
  }

  /// Gives each field that is only a name the type of its parameter.
  template <class... T>
  static void declare(std::vector<Field>& fields, std::tuple<T...>*) {
    std::size_t i = 0;
    ((fields[i] = fields[i].type == Field::Type::any ? typed::field_of<T>(fields[i].name) : fields[i], ++i),
     ...);
  }

  template <class F, class Form, std::size_t... I>
  static void run_it(const F& function, const std::vector<std::string>& names, const Call& call,
                     const Responder& responder, std::index_sequence<I...>) {
    std::optional<typename Form::Values> values;
    try {
      values.emplace(typed::read<std::tuple_element_t<I, typename Form::Values>>(
          call.params().if_contains(names[I]))...);
    } catch (const std::exception&) {
      return responder.fail(Fault{invalid_params, "a parameter has not the form that is expected", {}});
    }
    const auto invoke = [&](auto&&... all) {
      using Result = typename typed::Signature<F>::Result;
      if constexpr (Form::wants_responder) {
        std::invoke(function, std::forward<decltype(all)>(all)..., responder);
      } else if constexpr (std::is_void_v<Result>) {
        std::invoke(function, std::forward<decltype(all)>(all)...);
        responder.finish(nullptr);
      } else {
        typed::answer(responder, std::invoke(function, std::forward<decltype(all)>(all)...));
      }
    };
    const auto with_call = [&](auto&&... front) {
      if constexpr (Form::wants_call)
        invoke(std::forward<decltype(front)>(front)..., call, std::move(std::get<I>(*values))...);
      else
        invoke(std::forward<decltype(front)>(front)..., std::move(std::get<I>(*values))...);
    };
    if constexpr (typed::Signature<F>::member || Form::wants_service)
      with_call(static_cast<S&>(*static_cast<Service*>(call.owner())));
    else
      with_call();
  }

  Table& table_;
};

}  // namespace longwave::rpc
