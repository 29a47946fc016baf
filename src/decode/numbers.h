// Numbers of system calls by name, for this architecture, at compile time. Private to decode*.cc.
//
// SYS_name is a macro where the headers have the call and nothing where they do not, so its
// expanded text is a number or its own name: that is tested here instead of with an #ifdef for each
// of 380.
#pragma once

#include <sys/syscall.h>

#include <string_view>

namespace nodeward {

struct NumberedName {
  int number;
  std::string_view name;
};

// Younger than Debian 12's headers; numbered alike on every architecture. Linux 6.5 to 6.17.
inline constexpr NumberedName kYoungerCalls[] = {
    {451, "cachestat"},         {452, "fchmodat2"},        {453, "map_shadow_stack"},
    {454, "futex_wake"},        {455, "futex_wait"},       {456, "futex_requeue"},
    {457, "statmount"},         {458, "listmount"},        {459, "lsm_get_self_attr"},
    {460, "lsm_set_self_attr"}, {461, "lsm_list_modules"}, {462, "mseal"},
    {463, "setxattrat"},        {464, "getxattrat"},       {465, "listxattrat"},
    {466, "removexattrat"},     {467, "open_tree_attr"},   {468, "file_getattr"},
    {469, "file_setattr"},
};

// `expanded` is the text of SYS_name after the preprocessor; -1 where there is no such call.
constexpr int CallNumber(std::string_view name, std::string_view expanded) {
  int number = 0;
  for (const char c : expanded) {
    if (c < '0' || c > '9') {
      number = -1;
      break;
    }
    number = number * 10 + (c - '0');
  }
  if (number >= 0 && !expanded.empty()) return number;
  for (const NumberedName& call : kYoungerCalls) {
    if (call.name == name) return call.number;
  }
  return -1;
}

}  // namespace nodeward

#define NODEWARD_TEXT(tokens) #tokens
#define NODEWARD_EXPANDED_TEXT(tokens) NODEWARD_TEXT(tokens)
#define NODEWARD_CALL_NUMBER(name) ::nodeward::CallNumber(#name, NODEWARD_EXPANDED_TEXT(SYS_##name))
