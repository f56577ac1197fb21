"""The local route where the target lacks the tool's dialect: a request in Messages or Responses becomes one in Chat
Completions, and what a chat server answers, plain or as a stream, becomes what the tool expects; one `Translation` for
each dialect. Beside it what a server's own Responses lack for strict readers, and an estimate of how many tokens a
request is. What cannot be done is refused, what was left out is named. Everything is pure: values and bytes go in and
come out, ids and times are arguments. `translated` drives it where `local` knows that a target lacks a dialect; of the
gateway it imports only dialects, events and what a refusal is.
"""
